import { trainExit } from "@trainyard/backends";
import { TrainInputs } from "@trainyard/core";
import { action } from "@trainyard/runner-kit";

export const train = action({
  name: "train",
  title: "Trainyard train",
  summary: "Run the training in trainyard.yaml, and keep what went in and what came out as one run bundle",
  inputs: TrainInputs,
  outputs: {
    run: "id of the run",
    status: "`succeeded`, `failed` or `interrupted`",
    resumable: "`true` when an interrupted training left a checkpoint to go on from",
    "inputs-digest": "sha256 of everything that decides the result: equal inputs, equal digest",
    "root-digest": "digest of the model's files; empty unless the run succeeded",
    bundle:
      "the run for `bundle:` of a later job, with `drift-event` all its candidates: JSON with ids and digests of artifacts; empty without a token",
    path: "absolute path of the run bundle on this runner: record.json, log.txt, outputs, predictions and profiles",
    scores: "with `environment`: the scores for `scores:` of drift-check, as JSON; empty when nothing had to be scored",
    reused: "`true` when a reviewed run was handed on instead of trained again",
  },
  permissions: [
    {
      scope: "contents",
      access: "read",
      why: "the code is checked out and the training is yours: it gets no token that can write",
    },
    { scope: "actions", access: "read", why: "with `reuse` or `bundle`: the run of another job is fetched" },
    { scope: "pull-requests", access: "read", why: "with `reuse`: which pull request was merged" },
  ],
  async run(inputs, job) {
    if (inputs.environment !== undefined) return (await import("./scored.ts")).scored(inputs, job);
    const { trainInJob } = await import("@trainyard/runner-kit/train-in-job"); // no start needs it before there are inputs
    const { record, resumable, others, reused, bundle, path } = await trainInJob(inputs, job);
    const { runText, trainingSummary } = await import("./summary.ts"); // tables are no part of starting
    return {
      outputs: {
        run: record.id,
        status: record.status,
        resumable: String(resumable),
        "inputs-digest": record.inputsDigest,
        "root-digest": record.rootDigest ?? "",
        bundle,
        path,
        scores: "",
        reused: String(reused),
      },
      summary: [record, ...others.map((one) => one.record)].map(trainingSummary).join("\n"),
      text: runText(record, resumable, { log: "log.txt of the run bundle", tail: 5 }),
      exit: trainExit(record, resumable),
      made: record.status === "succeeded" ? record.modelFiles.map((file) => `${path}/outputs/${file.path}`) : [],
    };
  },
});
