import { afterAll, beforeAll, expect, test } from "vitest";
import { casesOf } from "./matrix.ts";
import { rules } from "./rules.ts";
import { Scene } from "./scene.ts";
import { verbs } from "./verbs.ts";

/** Every so many'th case of a verb is run here; all of them by `npm run soak -- github`, whose table is docs/github-faults.md. */
const EVERY = Number(process.env["TRAINYARD_FAULTS_EVERY"] ?? 61);

let scene: Scene;
let reset: () => void;
beforeAll(async () => {
  scene = await Scene.start(rules);
  reset = scene.snapshot();
}, 60_000);
afterAll(() => scene[Symbol.asyncDispose]());

test.each(verbs.map((verb, index) => ({ name: verb.name, verb, index })))(
  "$name: whatever goes wrong at whichever call, running it again ends where it should",
  async ({ verb, index }) => {
    reset();
    const { cases } = await casesOf(scene, verb, (number) => (number + 5 * index) % EVERY === 0);
    expect(cases.length).toBeGreaterThan(0);
    const wrong = cases.filter(({ problems }) => problems.length > 0);
    expect(wrong.map((one) => `${one.fault} at ${one.call}: ${one.problems.join("; ")}`)).toEqual([]);
  },
  600_000,
);
