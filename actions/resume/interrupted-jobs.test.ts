import { interruptedJobs, runText } from "@trainyard/core";
import { aRun } from "@trainyard/core/testing";
import { expect, test } from "vitest";

const job = (said: string, conclusion = "failure") => ({ name: "Train toy", conclusion, said: [said] });

test("a machine that was taken away is told by what GitHub, the runner or the training said", () => {
  for (const said of [
    "The self-hosted runner: gpu-3 lost communication with the server. Verify the machine is running.",
    "The runner has received a shutdown signal. This can happen when the runner service is stopped.",
  ])
    expect(interruptedJobs([job(said)])).toEqual(["Train toy"]);
});

test("our own words for a training with a checkpoint are among them, those for one without are not", () => {
  const failure = {
    class: "cancelled" as const,
    step: "train",
    message: "It was stopped.",
    exitCode: 0,
    signal: null,
    logTail: [],
  };
  const record = aRun({ status: "interrupted", failure } as never);
  const place = { log: "log.txt", tail: 5 };
  expect(interruptedJobs([job(runText(record, true, place))])).toEqual(["Train toy"]);
  expect(interruptedJobs([job(runText(record, false, place))])).toEqual([]);
});

test("a training that failed, and a job that somebody cancelled, are not started again", () => {
  expect(interruptedJobs([job("toy: run r1 failed in step train: It ended with exit code 1.")])).toEqual([]);
  expect(interruptedJobs([job("The runner has received a shutdown signal.", "cancelled")])).toEqual([]);
});
