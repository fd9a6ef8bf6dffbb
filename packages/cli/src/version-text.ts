import type { Project } from "@trainyard/backends";
import {
  byteSize,
  Deployment,
  duration,
  type EvaluationReport,
  instant,
  leadTimeParts,
  longDate,
  type ModelVersion,
  type Origin,
  originText,
  parseDocument,
  plainSentence,
  type RunRecord,
  readPapers,
  type VersionPapers,
  type VersionView,
  verdictSentence,
} from "@trainyard/core";
import { printable } from "./columns.ts";

/** What `show` says of a version to a person: its manifest, and what its documents add where the store has them. */
export async function versionText(view: VersionView, project: Project): Promise<string> {
  return text(view, await papersOf(view, project));
}

/** The documents of a version, and the deployment that made it live where it still is. */
interface Papers extends VersionPapers {
  readonly live: Deployment | null;
}

async function papersOf({ manifest, live }: VersionView, { backend }: Project): Promise<Papers> {
  const papers = await readPapers(manifest, backend);
  if (live === null || !(await backend.store.has(live.deployment))) return { ...papers, live: null };
  const what = `The deployment of ${manifest.model} v${manifest.version}`;
  return { ...papers, live: parseDocument(Deployment, await backend.store.text(live.deployment, what), what) };
}

function text(view: VersionView, papers: Papers): string {
  const { manifest } = view;
  const row = (name: string, value: string) => `  ${name.padEnd(12)}${printable(value)}`;
  const head = view.withdrawn === null ? placeOf(view, papers) : `withdrawn: ${view.withdrawn}`;
  return [
    `${manifest.model} v${manifest.version}   ${printable(head)}`,
    ...(manifest.origin === undefined
      ? [row("trained", trainedWords(manifest, papers.record)), row("judged", judgedWords(manifest, papers.report))]
      : importedRows(manifest, manifest.origin, papers).map(([name, value]) => row(name, value))),
    ...metricLines(manifest).map((line) => row("", line)),
    ...(manifest.origin === undefined
      ? []
      : [row("not there", `a run's record, an evaluation, a verdict: ${manifest.origin.system} has none`)]),
    row(
      manifest.origin === undefined ? "registered" : "here since",
      `${longDate(instant(manifest.registeredAt) ?? 0)} UTC by ${manifest.by.name}`,
    ),
    ...leadTimeRows(papers).map(([name, value]) => row(name, value)),
    ...(papers.record?.modelFiles ?? papers.imported?.files ?? manifest.files).map((file, index) =>
      row(index === 0 ? "files" : "", `${file.path}  ${byteSize(file.size)}  ${file.digest.slice(0, 19)}…`),
    ),
    row("digest", manifest.rootDigest),
    ...view.attestations.map(({ predicateType, at, digest }, index) =>
      row(index === 0 ? "attested" : "", `${predicateType}  ${at.slice(0, 10)}  ${digest.slice(0, 19)}…`),
    ),
  ].join("\n");
}

function metricLines({ metrics }: ModelVersion): string[] {
  return metrics.map(
    ({ name, estimate: { value, interval } }) =>
      `${name} ${value.toPrecision(4)}${interval === null ? "" : ` [${interval.map((end) => end.toPrecision(4)).join(", ")}]`}`,
  );
}

function placeOf({ aliases }: VersionView, { live }: Papers): string {
  if (live === null) return aliases.length > 0 ? aliases.join(", ") : "not live";
  return `live in ${live.environment} since ${longDate(instant(live.endedAt) ?? 0)} UTC (deployed by ${live.by.name})`;
}

function trainedWords(manifest: ModelVersion, record: RunRecord | null): string {
  const data = record === null ? null : record.datasets.filter((dataset) => dataset.role === "training");
  const rows = data?.reduce((sum, dataset) => sum + (dataset.rows ?? 0), 0) ?? 0;
  const params = record?.inputs.params ?? manifest.params;
  return [
    `run ${manifest.run}`,
    ...(manifest.commit === null ? [] : [`commit ${manifest.commit.slice(0, 7)}`]),
    ...(data === null
      ? []
      : [
          `${data.length} data ${data.length === 1 ? "file" : "files"}${data.length === 1 && rows > 0 ? ` (${rows.toLocaleString("en-US")} rows)` : ""}`,
        ]),
    ...paramWords(params),
  ].join(", ");
}

function paramWords(params: ModelVersion["params"]): string[] {
  return Object.entries(params ?? {}).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
}

/** What the other registry says, and what it cannot say. */
function importedRows(manifest: ModelVersion, origin: Origin, { imported }: Papers): [string, string][] {
  const when = origin.at === null ? "" : `, made ${longDate(instant(origin.at) ?? 0)} UTC`;
  const params = paramWords(manifest.params ?? imported?.params ?? null);
  const commit = manifest.commit === null ? "" : `, commit ${manifest.commit.slice(0, 7)}`;
  return [
    ["imported", `${originText(origin)}${when}${origin.by === null ? "" : ` by ${origin.by}`}${commit}`],
    ...(imported?.description == null ? [] : [["said there", imported.description.slice(0, 500)] as [string, string]]),
    ...Object.entries(imported?.facts ?? {})
      .slice(0, 20)
      .map(([name, value]): [string, string] => ["", `${name}: ${value.slice(0, 200)}`]),
    ...(params.length === 0 ? [] : [["parameters", params.join(", ")] as [string, string]]),
  ];
}

function judgedWords(manifest: ModelVersion, report: EvaluationReport | null): string {
  const override =
    manifest.override === null ? "" : `; overridden by ${manifest.override.by}: ${manifest.override.reason}`;
  if (report === null) return `${manifest.verdict}${override}`;
  const { headline, body } = verdictSentence(report);
  return `${headline}. ${plainSentence(body)}${override}`;
}

function leadTimeRows({ live, record, report }: Papers): [string, string][] {
  const parts = live === null || record === null || report === null ? null : leadTimeParts(live, record, report);
  if (parts === null) return [];
  const start = parts.from === "drift" ? "from alarm to live" : "from commit to live";
  const waiting = parts.from === "drift" ? "waiting for labels" : "until judged";
  const pieces = [
    ...(parts.beforeTraining >= 60 ? [`until trained ${duration(parts.beforeTraining)}`] : []),
    `training ${duration(parts.training)}`,
    ...(parts.untilJudged >= 60 ? [`${waiting} ${duration(parts.untilJudged)}`] : []),
    ...(parts.untilLive >= 60 ? [`until live ${duration(parts.untilLive)}`] : []),
  ];
  return [["lead time", `${duration(parts.total)} ${start}: ${pieces.join(" · ")}`]];
}
