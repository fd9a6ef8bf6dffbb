import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Github } from "../../packages/backends/src/github/call/github.ts";
import { dispatchRetraining } from "../../packages/backends/src/github/runs/dispatch.ts";
import { setCheck } from "../../packages/backends/src/github/show/check-run.ts";
import { putComment } from "../../packages/backends/src/github/show/comment.ts";
import { recordDeployment } from "../../packages/backends/src/github/show/deployment.ts";
import { tellDrift } from "../../packages/backends/src/github/show/issue.ts";
import type { GateNotice } from "../../packages/core/src/report/review/gate-notice.ts";
import { readReview } from "../../packages/core/src/report/review/review-marks.ts";
import { digest, drift } from "../gallery/build.ts";
import { drifts } from "../gallery/documents.ts";
import type { FaultKind } from "../github-server/faults.ts";
import type { Granted } from "../github-server/tokens.ts";
import { type FacesWorld, facesWorld, failing, passing, sectionOf } from "./faces-world.ts";

/**
 * One thing said on GitHub. Every attempt is told in a place of its own (a pull request, a check's name, a model), so that one server serves them all.
 * `prepare` is what was there before; `say` is what goes wrong and is run again; `shown` is what people see in the end.
 */
interface Face {
  readonly granted: Granted;
  prepare?(world: FacesWorld, place: Place): Promise<unknown>;
  say(github: Github, place: Place): Promise<unknown>;
  shown(world: FacesWorld, place: Place): unknown;
}

interface Place {
  readonly number: number;
  readonly sha: string;
  readonly model: string;
}

const ALL: Granted = {
  contents: "read",
  pull_requests: "write",
  checks: "write",
  deployments: "write",
  issues: "write",
  actions: "write",
};
const NOW = Date.parse("2026-11-20T06:00:00Z");

const check = ({ sha, model }: Place, id: number) => ({
  sha,
  name: `trainyard (${model})`,
  notices: new Map<string, GateNotice[]>([
    [model, [{ path: "trainyard.yaml", line: id, level: "failure", title: "log_loss", message: "worse" }]],
  ]),
});
const facts = ({ model }: Place, version: number) => ({
  model,
  version,
  digest: digest("a"),
  environment: "production",
  ref: "main",
  operation: `${model}-${version}`,
  rollback: null,
});
const drifted = ({ model }: Place) => ({ ...(drifts["over-predicted"] ?? drift()), model, at: "2001-05-08T06:00:00Z" });

const faces: Readonly<Record<string, Face>> = {
  "a first comment": {
    granted: { pull_requests: "write" },
    say: (github, { number, model }) => putComment(github, number, [sectionOf(failing(model))]),
    shown: comments,
  },
  "a comment beside another model's, with a double to clear away": {
    granted: { pull_requests: "write" },
    async prepare(world, { number }) {
      await putComment(world.job(ALL), number, [sectionOf(passing("other"))]);
      const there = world.server.state.comments.find(({ issue }) => issue === number);
      if (there !== undefined) world.server.state.comments.push({ ...there, id: world.server.world.nextId() });
    },
    say: (github, { number, model }) => putComment(github, number, [sectionOf(failing(model))]),
    shown: comments,
  },
  "a first check": {
    granted: { checks: "write" },
    say: (github, place) => setCheck(github, [sectionOf(failing(place.model))], check(place, 1)),
    shown: checks,
  },
  "a check that an older one must not contradict": {
    granted: { checks: "write" },
    prepare: (world, place) => setCheck(world.job(ALL), [sectionOf(failing(place.model))], check(place, 1)),
    say: (github, place) => setCheck(github, [sectionOf(failing(place.model), 2)], check(place, 2)),
    shown: checks,
  },
  "a deployment after another": {
    granted: { deployments: "write" },
    prepare: (world, place) =>
      recordDeployment(world.job(ALL), facts(place, 1), { state: "success", description: "live" }),
    async say(github, place) {
      await recordDeployment(github, facts(place, 2), { state: "in_progress", description: "begun" });
      await recordDeployment(github, facts(place, 2), { state: "success", description: "live" });
    },
    shown: ({ server }, { model }) =>
      server.state.deployments
        .filter(({ task }) => task === `deploy:${model}`)
        .map(({ statuses }) => statuses.map(({ state }) => state)),
  },
  "drift's first issue": {
    granted: { issues: "write" },
    say: (github, place) => tellDrift(github, drifted(place)),
    shown: issues,
  },
  "drift's issue that a quiet check closes": {
    granted: { issues: "write" },
    prepare: (world, place) => tellDrift(world.job(ALL), drifted(place)),
    say: (github, { model }) => tellDrift(github, drift({ model, at: "2001-05-15T06:00:00Z" })),
    shown: issues,
  },
  "a retraining": {
    granted: { actions: "write", contents: "read" },
    say: (github, { model }) =>
      dispatchRetraining(github, {
        workflow: "retrain.yml",
        ref: "main",
        model,
        driftEvent: 3,
        cooldown: 24,
        now: NOW,
      }),
    shown: ({ server }, { model }) =>
      server.state.runs.filter(({ inputs }) => inputs["model"] === model).map(({ event }) => event),
  },
};

/** What goes wrong, once, with one call; a read changes nothing, so it can fail in fewer ways. */
const FAULTS: Readonly<Record<"read" | "write", readonly FaultKind[]>> = {
  read: ["502-before", "unauthorized"],
  write: [
    "502-before",
    "502-after",
    "drop-before",
    "drop-after",
    "drop-answer-at 20",
    "secondary-limit",
    "unauthorized",
  ],
};

const RETRAIN = `run-name: "Retrain \${{ inputs.model }} after drift event \${{ inputs.drift-event }}"\non: workflow_dispatch\n`;

describe("whatever goes wrong at any call, running again says it once", () => {
  let world: FacesWorld;
  beforeAll(async () => {
    world = await facesWorld({ files: { ".github/workflows/retrain.yml": RETRAIN } });
    await world.server.openPullRequest({ head: "window", files: { "train.py": "pass\n" } });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  let places = 0;
  async function place(face: Face): Promise<Place> {
    const { state, world: inside } = world.server;
    const [first] = state.pulls;
    if (first === undefined) throw new Error("no pull request");
    const pull = { ...first, id: inside.nextId(), number: inside.nextNumber() };
    state.pulls.push(pull);
    const made = { number: pull.number, sha: pull.head.sha, model: `m${++places}` };
    await face.prepare?.(world, made);
    world.server.calls.length = 0;
    return made;
  }

  test.each(Object.entries(faces))(
    "%s",
    async (_, face) => {
      const clean = await place(face);
      await face.say(world.job(face.granted), clean);
      const calls = world.server.calls.map(({ kind, method }) =>
        kind === "graphql" || method === "GET" ? "read" : "write",
      );
      const wanted = named(face.shown(world, clean), clean);
      for (const [at, access] of calls.entries()) {
        for (const fault of FAULTS[access]) {
          const nth = at + 1;
          const here = await place(face);
          const done = world.server.faults.fired.length;
          world.server.faults.add({ match: { nth }, do: fault });
          const ended = await again(() => face.say(world.job(face.granted), here));
          world.server.faults.clear();
          const what = `${fault} at call ${nth} of ${calls.length}`;
          expect(world.server.faults.fired.length, `${what}: nothing went wrong`).toBe(done + 1);
          expect(ended, what).toBeLessThanOrEqual(2);
          expect(named(face.shown(world, here), here), what).toEqual(wanted);
        }
      }
      expect(calls.filter((access) => access === "write").length).toBeGreaterThan(0);
      expect(world.server.violations).toEqual([]);
    },
    120_000,
  );
});

/** Runs until it ends well, as a person runs a job again. @returns How often */
async function again(say: () => Promise<unknown>): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      await say();
      return attempt;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

/** The same whatever the place is called. */
function named(shown: unknown, { model }: Place): unknown {
  return JSON.parse(JSON.stringify(shown).replaceAll(new RegExp(`\\b${model}\\b`, "g"), "MODEL"));
}

function comments({ server }: FacesWorld, { number }: Place): unknown {
  return server.state.comments
    .filter(({ issue }) => issue === number)
    .map(({ body }) => readReview(body).sections.map(({ model, standing }) => [model, standing]));
}

function checks({ server }: FacesWorld, { model }: Place): unknown {
  return server.state.checkRuns
    .filter(({ name }) => name === `trainyard (${model})`)
    .map(({ status, conclusion, title, annotations }) => ({
      status,
      conclusion,
      title,
      lines: annotations.map(({ start_line }) => start_line),
    }));
}

function issues({ server }: FacesWorld, { model }: Place): unknown {
  return server.state.issues
    .filter(({ body }) => body.includes(`"model":"${model}"`))
    .map(({ number, title, state }) => ({
      title,
      state,
      comments: server.state.comments.filter(({ issue }) => issue === number).length,
    }));
}
