import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRegistry, verifyRegistry } from "@trainyard/core";
import { memoryBackend } from "@trainyard/core/testing";
import { openGitBranch } from "../../packages/backends/src/git/git-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { rows } from "../e2e/toy-project.ts";
import type { Ended, Scene, Step } from "./scene.ts";

/** One thing a job does on GitHub, from a prepared state, and what must be true once it was done as often as it took. */
export interface Verb {
  readonly name: string;
  /** Brings the scene to where the verb begins. */
  prepare(scene: Scene): Promise<Step>;
  /** How it ends when nothing goes wrong. */
  readonly exit: number;
  /** What is wrong afterwards: doubled, lost, or green that should not be. */
  problems(scene: Scene, ended: Ended, step: Step): Promise<string[]>;
}

const REGISTER = { contents: "write", actions: "read" } as const;
const DEPLOY = { contents: "write", deployments: "write" } as const;
const EVALUATE = { contents: "read", actions: "read", "pull-requests": "write", checks: "write" } as const;
const DRIFT = { contents: "write", issues: "write", actions: "write" } as const;

async function must(scene: Scene, step: Step): Promise<Ended> {
  const ended = await scene.run(step);
  if (ended.exit !== 0) throw new Error(`${step.action} ended with ${ended.exit}: ${ended.refusal}\n${ended.log}`);
  return ended;
}

async function push(scene: Scene): Promise<Step["trigger"]> {
  const sha = (await scene.server.world.branch("main")) as string;
  return scene.trigger("push", sha, { ref: "refs/heads/main", after: sha });
}

/** Train on what is checked out, hand it on. */
async function trained(scene: Scene, trigger: Step["trigger"], inputs: Record<string, string> = {}): Promise<string> {
  const ended = await must(scene, { action: "train", trigger, permissions: { contents: "read" }, inputs });
  return ended.outputs["bundle"] as string;
}

async function firstVersion(scene: Scene): Promise<Step["trigger"]> {
  const trigger = await push(scene);
  const bundle = await trained(scene, trigger);
  await must(scene, { action: "register", trigger, permissions: REGISTER, inputs: { bundle } });
  return trigger;
}

async function live(scene: Scene): Promise<Step["trigger"]> {
  const trigger = await firstVersion(scene);
  const inputs = { model: "toy@1", environment: "production" };
  await must(scene, { action: "deploy", trigger, permissions: DEPLOY, inputs });
  return trigger;
}

/** Events of the registry by type, after every check that there is; what is wrong with it. */
async function registry(scene: Scene): Promise<{ events: Map<string, number>; problems: string[] }> {
  const ports = memoryBackend(sha256);
  const branch = await openGitBranch({
    folder: scene.server.bare,
    ref: "refs/heads/trainyard/registry",
    name: "registry",
    seen: `refs/internal/seen-${Math.random()}`,
    ...ports,
  });
  try {
    const with_ = { ...ports, branch };
    const { findings } = await verifyRegistry(with_, { blobs: false });
    const events = new Map<string, number>();
    for (const { type } of await openRegistry(with_).events()) events.set(type, (events.get(type) ?? 0) + 1);
    return { events, problems: findings.map((finding) => `registry: ${JSON.stringify(finding)}`) };
  } finally {
    branch.close();
  }
}

async function counted(scene: Scene, expected: Readonly<Record<string, number>>): Promise<string[]> {
  const { events, problems } = await registry(scene);
  for (const [type, count] of Object.entries(expected))
    if ((events.get(type) ?? 0) !== count) problems.push(`${events.get(type) ?? 0} events ${type}, not ${count}`);
  return problems;
}

/** Every release is published, each asset whole and once, and no draft is left. */
function releases({ server }: Scene, count: number): string[] {
  const problems: string[] = [];
  const { releases } = server.state;
  if (releases.length !== count)
    problems.push(
      `${releases.length} releases, not ${count}: ${releases.map(({ tag, name }) => `${tag} ${name}`).join(", ")}`,
    );
  for (const { tag, draft, assets } of releases) {
    if (draft) problems.push(`${tag} is a draft still`);
    if (assets.length === 0) problems.push(`${tag} has no assets`);
    for (const { name, state } of assets) if (state !== "uploaded") problems.push(`${tag}/${name} is ${state}`);
    const names = assets.map(({ name }) => name);
    if (new Set(names).size !== names.length) problems.push(`${tag} has assets twice`);
  }
  return problems;
}

const one = (what: string, there: number) => (there === 1 ? [] : [`${there} ${what}, not one`]);

export const verbs: readonly Verb[] = [
  {
    name: "train, scoring production's model too",
    exit: 0,
    async prepare(scene) {
      const trigger = await live(scene);
      return { action: "train", trigger, permissions: { contents: "read" }, inputs: { set: "noise=0.01" } };
    },
    async problems(scene, ended, { trigger }) {
      const names = scene.server.state.artifacts.filter(({ run }) => run === trigger.run).map(({ name }) => name);
      return [
        ...(names.sort().join() === "trainyard-bytes-toy,trainyard-record-toy" ? [] : [`the artifacts are ${names}`]),
        ...(ended.outputs["status"] === "succeeded" ? [] : [`the training is ${ended.outputs["status"]}`]),
        ...(await counted(scene, { "version.registered": 1 })),
      ];
    },
  },
  {
    name: "register, the first version",
    exit: 0,
    async prepare(scene) {
      const trigger = await push(scene);
      return { action: "register", trigger, permissions: REGISTER, inputs: { bundle: await trained(scene, trigger) } };
    },
    problems: async (scene) => [
      ...(await counted(scene, { "registry.created": 1, "version.registered": 1, "evaluation.recorded": 1 })),
      ...releases(scene, 1),
    ],
  },
  {
    name: "register, another version",
    exit: 0,
    async prepare(scene) {
      const trigger = await firstVersion(scene);
      const bundle = await trained(scene, trigger, { set: "noise=0.01" });
      return { action: "register", trigger, permissions: REGISTER, inputs: { bundle } };
    },
    problems: async (scene) => [
      ...(await counted(scene, { "version.registered": 2, "evaluation.recorded": 2 })),
      ...releases(scene, 2),
    ],
  },
  {
    name: "register, a worse candidate",
    exit: 1,
    async prepare(scene) {
      const trigger = await live(scene);
      const bundle = await trained(scene, trigger, { set: "noise=0.9" });
      return { action: "register", trigger, permissions: REGISTER, inputs: { bundle } };
    },
    problems: async (scene, ended) => [
      ...(ended.exit === 0 ? ["a worse candidate was registered"] : []),
      ...(await counted(scene, { "version.registered": 1, "evaluation.recorded": 2 })),
      ...releases(scene, 3), // the version's, its deployment's, and the refused evaluation's
    ],
  },
  {
    name: "deploy",
    exit: 0,
    async prepare(scene) {
      const trigger = await firstVersion(scene);
      return { action: "deploy", trigger, permissions: DEPLOY, inputs: { model: "toy@1", environment: "production" } };
    },
    async problems(scene) {
      const { deployments } = scene.server.state;
      const states = deployments.map(({ statuses }) => statuses.at(-1)?.state ?? "none");
      const { events, problems } = await registry(scene);
      return [
        ...problems,
        ...one("alias.set events", events.get("alias.set") ?? 0),
        ...one("deployments", deployments.length),
        ...(states.every((state) => state === "success") ? [] : [`the deployment is ${states}`]),
      ];
    },
  },
  {
    name: "evaluate, on a pull request",
    exit: 0,
    async prepare(scene) {
      await live(scene);
      return review(scene, "noise: 0\nseed: 8\n");
    },
    problems: async (scene) => verdict(scene, ["success"]),
  },
  {
    name: "evaluate, a worse candidate",
    exit: 1,
    async prepare(scene) {
      await live(scene);
      return review(scene, "noise: 0.9\nseed: 7\n");
    },
    problems: async (scene) => verdict(scene, ["failure"]),
  },
  {
    name: "drift-check, a retraining",
    exit: 0,
    async prepare(scene) {
      await live(scene);
      const sha = (await scene.server.world.branch("main")) as string;
      const shifted = rows({ days: 20, perDay: 60, seed: 5, scale: 0.7, labels: false });
      mkdirSync(join(scene.workspace, "data/incoming"), { recursive: true });
      mkdirSync(join(scene.workspace, "logs"), { recursive: true });
      writeFileSync(join(scene.workspace, "data/incoming/now.csv"), shifted);
      cpSync(join(scene.workspace, "data/incoming/now.csv"), join(scene.workspace, "logs/now.csv"));
      const trigger = await scene.trigger("schedule", sha, { schedule: "0 6 * * 1" }, "drift-check.yml");
      await scene.server.startRun({
        event: "push",
        workflow: "retrain.yml",
        status: "completed",
        conclusion: "success",
        createdAt: "2020-01-01T00:00:00Z",
      });
      return { action: "drift-check", trigger, permissions: DRIFT };
    },
    async problems(scene) {
      const { issues, dispatches } = scene.server.state;
      const { events, problems } = await registry(scene);
      return [
        ...problems,
        ...one("drift events", events.get("drift.detected") ?? 0),
        ...one("issues", issues.length),
        ...one("retrainings", dispatches.length),
      ];
    },
  },
];

async function review(scene: Scene, params: string): Promise<Step> {
  const { server } = scene;
  const pull = await server.openPullRequest({ head: "topic", files: { "params.yaml": params } });
  const payload = {
    action: "synchronize",
    number: pull.number,
    pull_request: await scene.get(`/pulls/${pull.number}`),
  };
  const trigger = await scene.trigger("pull_request", pull.head.sha, payload, "model-review.yml");
  writeFileSync(join(scene.workspace, "params.yaml"), params);
  scene.checkOut(pull.head.sha);
  const bundle = await trained(scene, trigger);
  return { action: "evaluate", trigger, permissions: EVALUATE, inputs: { bundle } };
}

async function verdict({ server }: Scene, conclusions: readonly string[]): Promise<string[]> {
  const { comments, checkRuns } = server.state;
  const latest = checkRuns.filter(({ name }) => name === "trainyard").at(-1);
  const green = checkRuns.filter(({ conclusion }) => conclusion === "success");
  return [
    ...one("comments", comments.length),
    ...(latest !== undefined && conclusions.includes(latest.conclusion ?? "")
      ? []
      : [
          `the check is ${latest?.conclusion} of ${checkRuns.map(({ id, conclusion, headSha }) => `${id} ${conclusion} ${headSha.slice(0, 7)}`)}`,
        ]),
    ...(conclusions.includes("success") || green.length === 0 ? [] : ["a check is green that must not be"]),
  ];
}
