export { z } from "zod";
export type {
  Backend,
  BranchCommit,
  Bytes,
  Checkout,
  Clock,
  CommitMessage,
  Digester,
  Exit,
  FileLines,
  Golden,
  Home,
  Machine,
  Probe,
  Processes,
  Progress,
  Random,
  RegistryBranch,
  Revision,
  RunCommand,
  RunFolder,
  Runs,
  Scratch,
  Source,
  Store,
  StoredBlob,
  Tables,
  Target,
  Targets,
  Workspace,
} from "./backend.ts";
export { Check, CheckStatus, decidingCheck, Estimate, Interval, Verdict, verdict } from "./check/check.ts";
export { baselinesOf } from "./config/baselines.ts";
export { chooseModel } from "./config/choose-model.ts";
export { type CodePatterns, codePatterns } from "./config/code-patterns.ts";
export { Config, type Dataset, Gate, ModelConfig } from "./config/config.ts";
export { CONFIG_NAME } from "./config/config-name.ts";
export { declaredPaths } from "./config/declared-paths.ts";
export { type ConfigProblem, checkConfig, problemsOf } from "./config/problem.ts";
export { newNames, parseSetting, type Setting, setParams } from "./config/set-params.ts";
export { Goal, Task } from "./config/task.ts";
export { profileOf } from "./data/build-profile.ts";
export { type ColumnNames, parseColumnNames, underStandardNames } from "./data/column-names.ts";
export { combineTables } from "./data/combine-tables.ts";
export { DatasetRef, type KeptFile, keptFiles } from "./data/dataset.ts";
export { recordsIn } from "./data/json-records.ts";
export { mergeProfiles } from "./data/merge-profile.ts";
export { Json, type JsonValue, Params } from "./data/params.ts";
export { ColumnProfile, NumericProfile, Profile, TextProfile } from "./data/profile.ts";
export { type Column, type NumericColumn, type Table, type TextColumn, textAt } from "./data/table.ts";
export { type AskedInComment, askedInComment } from "./deploy/asked-in-comment.ts";
export { chooseEnvironment } from "./deploy/choose-environment.ts";
export {
  type DeploymentBegun,
  type DeployPorts,
  type DeployResult,
  type DeploySettings,
  deploy,
} from "./deploy/deploy.ts";
export { Deployment, Smoke } from "./deploy/deployment.ts";
export { parseGolden } from "./deploy/golden.ts";
export { DeployInputs, RollbackInputs } from "./deploy/inputs.ts";
export { type LeadTimeParts, leadTimeParts } from "./deploy/lead-time-parts.ts";
export { type PinnedDeployment, pinDeployment } from "./deploy/pin-deployment.ts";
export { rollback } from "./deploy/rollback.ts";
export {
  Actor,
  AliasName,
  canonicalJson,
  checkDocument,
  FileRef,
  isRelativePath,
  ModelName,
  ObjectId,
  parseDocument,
  parseJson,
  prettyJson,
  RelativePath,
  Sha256,
  Timestamp,
} from "./document.ts";
export { CurrentScores, type HandedScores, needsScoring } from "./drift/current-scores.ts";
export { driftCheck } from "./drift/drift-check.ts";
export { driftFiles } from "./drift/drift-files.ts";
export { ColumnDrift, DriftReport, Performance, RetrainCandidate } from "./drift/drift-report.ts";
export { DriftInputs } from "./drift/inputs.ts";
export { firingsPerYear } from "./drift/schedule.ts";
export { type ScoredCurrent, scoreCurrent } from "./drift/score-current.ts";
export { exitCodeOf, isRefusal, type RefusalCode, refusals, TrainyardError } from "./errors.ts";
export { markdownFence, visibleLines, visibleText } from "./escape.ts";
export { readingOf } from "./evaluate/baseline/scored-files.ts";
export {
  anchorCheckId,
  fairnessCheckId,
  furtherBaseline,
  gateCheckId,
  kindOf,
  sliceCheckId,
} from "./evaluate/check-ids.ts";

export { evaluate } from "./evaluate/evaluate.ts";
export { evaluateFiles, type GivenFile } from "./evaluate/evaluate-files.ts";
export { Change, Curve, EvaluationReport, MetricComparison, Side, SliceResult } from "./evaluate/evaluation-report.ts";
export { firstGain } from "./evaluate/first-gain.ts";
export { EvaluateInputs } from "./evaluate/inputs.ts";
export { parseCosts } from "./evaluate/rows/cost-matrix.ts";
export { describedField, type Field, type FieldMeta, fields, readFields } from "./inputs/field.ts";
export { jsonSchemaText } from "./json-schema.ts";
export { nearest } from "./nearest.ts";
export { byCodePoint } from "./order.ts";
export { collectGarbage, type Garbage } from "./register/bytes/garbage.ts";
export { type BlobSource, type Restoration, restore } from "./register/bytes/restore.ts";
export { type Verification, verifyRegistry } from "./register/bytes/verify-registry.ts";
export { type AliasChange, changeAlias } from "./register/change/alias.ts";
export { ATTESTATION_LIMIT, type Attested, attest } from "./register/change/attest.ts";
export { type Batch, batch } from "./register/change/batch.ts";
export { addNote } from "./register/change/note.ts";
export { setPolicy } from "./register/change/set-policy.ts";
export { withdraw } from "./register/change/withdraw.ts";
export { type GitTag, type GtoEvent, gtoHistory, isNearGto, parseGtoName } from "./register/gto/gto.ts";
export { type ArtifactFacts, gtoFacts } from "./register/gto/gto-facts.ts";
export {
  type GtoMirror,
  gtoArtifactOf,
  type MirrorTag,
  mirrorGto,
  type NotMirrored,
  sourceCommits,
} from "./register/gto/mirror-gto.ts";
export { MIRROR_TRAILER, mirroredEvents } from "./register/gto/mirror-message.ts";
export type { CarryPorts } from "./register/imports/carry-over.ts";
export { type DvcArtifact, dvcFacts, metricsIn, paramsIn } from "./register/imports/dvc-facts.ts";
export { type ImportReport, importAll } from "./register/imports/import-all.ts";
export {
  type MlflowModel,
  type MlflowVersion,
  mlflowFacts,
  mlflowSlots,
  withoutPassword,
} from "./register/imports/mlflow-facts.ts";
export type { CarriedFact, UpstreamBytes, UpstreamFact, UpstreamVersion } from "./register/imports/upstream.ts";
export { AliasInputs, RegisterInputs } from "./register/inputs.ts";
export { type DiffSide, diff, type MetricDiff, type VersionDiff } from "./register/look/diff.ts";
export { comparisons, fieldText, parseQuery, type Query } from "./register/look/query.ts";
export { type FoundVersion, type SearchResult, search } from "./register/look/search.ts";
export { type HistoryRow, history as historyRows } from "./register/version/history.ts";
export { readPapers, type VersionPapers } from "./register/version/papers.ts";
export { type Registration, register, registerBest } from "./register/version/register.ts";
export { showVersion, type VersionView } from "./register/version/show-version.ts";
export { type VersionRow, versionRows } from "./register/version/version-rows.ts";
export type { AliasState, ModelState, VersionState } from "./registry/fold/model-state.ts";
export { rootDigest } from "./registry/fold/root-digest.ts";
export { commitText } from "./registry/log/commit-message.ts";
export {
  type EventBody,
  type EventOf,
  EventPlace,
  type ModelEvent,
  modelOf,
  RegistryEvent,
  registrationOf,
} from "./registry/log/event.ts";
export { ModelVersion } from "./registry/log/model-version.ts";
export { ImportRecord, Origin, OriginName, OriginSystem, originText } from "./registry/log/origin.ts";
export { AliasRule, Policy } from "./registry/log/policy.ts";
export { aliasAt, aliasFiles } from "./registry/read/alias-at.ts";
export { countVersions } from "./registry/read/count-versions.ts";
export { parseReference, parseWhich, type Reference, resolve } from "./registry/read/reference.ts";
export type { Decision, Registry } from "./registry/read/registry.ts";
export type { Finding } from "./registry/verify/findings.ts";
export { openRegistry, type RegistryPorts } from "./registry/write/open-registry.ts";
export { deploymentMarkdown, deploymentText } from "./report/deployment/deployment-markdown.ts";
export { pinnedDeploymentMarkdown, pinnedDeploymentText } from "./report/deployment/pinned-deployment-markdown.ts";
export { driftHtml } from "./report/drift/drift-html.ts";
export {
  type DriftIssue,
  type DriftIssueState,
  driftIssue,
  isRecoveryComment,
  readDriftIssue,
  recoveryComment,
  toldOf,
} from "./report/drift/drift-issue.ts";
export { type DriftMarkdownOptions, driftMarkdown } from "./report/drift/drift-markdown.ts";
export { driftLines, driftText } from "./report/drift/drift-text.ts";
export { evaluationHtml } from "./report/evaluation-html.ts";
export { evaluationMarkdown, evaluationsMarkdown } from "./report/evaluation-markdown.ts";
export { evaluationLines, evaluationText } from "./report/evaluation-text.ts";
export { counted } from "./report/format/number.ts";
export { byteSize } from "./report/format/size.ts";
export { plainSentence, type Sentence } from "./report/phrase.ts";
export { planText } from "./report/record/plan-text.ts";
export { policyText } from "./report/record/policy-text.ts";
export { registrationText } from "./report/record/registration-text.ts";
export { modelFilesText, runText } from "./report/record/run-text.ts";
export { versionDiffLines } from "./report/record/version-diff-text.ts";
export { driftForms, evaluationForms, type ReportForms } from "./report/report-forms.ts";
export { type GateNotice, gateNotices } from "./report/review/gate-notice.ts";
export { compareRuns, holds, mergeReviews, NO_REVIEW, type Review } from "./report/review/review.ts";
export { type ReviewCheck, reviewCheck } from "./report/review/review-check.ts";
export { reviewComment } from "./report/review/review-comment.ts";
export { isReview, readReview } from "./report/review/review-marks.ts";
export {
  type ReviewDocument,
  type ReviewOptions,
  type ReviewRun,
  type ReviewSection,
  reviewSection,
} from "./report/review/review-section.ts";
export { type StoryPart, type StorySection, storyHtml } from "./report/story-html.ts";
export { piece, type TextLine, type TextPiece, type Tone, textOf } from "./report/text/line.ts";
export { verdictSentence } from "./report/verdict/verdict-sentence.ts";
export { DAY, duration, instant, longDate, timestamp } from "./time.ts";
export { baselineNow } from "./train/asked-version.ts";
export { PredictInputs, TrainInputs } from "./train/inputs.ts";
export { type EndedJob, interruptedJobs } from "./train/interruption.ts";
export { parseWithNaN } from "./train/metrics-json.ts";
export type { OpenOwnCode, OwnCode } from "./train/own-code.ts";
export { allModels, matrixOf, type PlannedModel, type SourceChange, touchedModels } from "./train/plan.ts";
export { PlanInputs } from "./train/plan-inputs.ts";
export { type Predicted, predict, rescore } from "./train/predict.ts";
export { ResumeInputs } from "./train/resume-inputs.ts";
export { Failure, Metric, RunInputs, RunRecord, RunStatus, ScoredRows, StepRecord } from "./train/run-record.ts";
export { train } from "./train/train.ts";
export { versionFiles } from "./train/version-files.ts";
export { plannedDigest, type TrainSettings } from "./train/what-goes-in.ts";
