import { describe, expect, test } from "vitest";
import { type CheckOptions, setCheck } from "../../packages/backends/src/github/show/check-run.ts";
import type { GateNotice } from "../../packages/core/src/report/review/gate-notice.ts";
import { brokenRun } from "../gallery/build.ts";
import { type FacesWorld, facesWorld, failing, passing, sectionOf, undecided } from "./faces-world.ts";

async function opened(): Promise<FacesWorld & { on: Pick<CheckOptions, "sha" | "name"> }> {
  const world = await facesWorld();
  const { head } = await world.server.openPullRequest({ head: "window", files: { "train.py": "pass\n" } });
  return { ...world, on: { sha: head.sha, name: "trainyard" } };
}

const shown = ({ server }: FacesWorld) =>
  server.state.checkRuns.map(({ name, status, conclusion, title }) => ({ name, status, conclusion, title }));
const notices = (model: string, count: number, line = 1): ReadonlyMap<string, readonly GateNotice[]> =>
  new Map([
    [
      model,
      Array.from({ length: count }, (_, at) => ({
        path: "trainyard.yaml",
        line: line + at,
        level: "failure" as const,
        title: `${model}: log_loss fail`,
        message: "log_loss better than production v1",
      })),
    ],
  ]);

describe("the check of a commit", () => {
  test.each([
    ["success", [passing("a"), passing("b")], "2 models: 2 passed"],
    ["failure", [passing("a"), failing("b")], "2 models: 1 failed, 1 passed"],
    ["failure", [undecided("a")], "a: cannot tell yet whether it is better or worse than production v1"],
    ["failure", [brokenRun()], "flight-delays: training failed"],
    ["neutral", [], "No model changed."],
  ] as const)("reports %s for %#", async (conclusion, documents, title) => {
    await using world = await opened();
    const sections = documents.map((document) => sectionOf(document));
    expect(await setCheck(world.job(), sections, world.on)).toBe(conclusion);
    expect(shown(world)).toEqual([{ name: "trainyard", status: "completed", conclusion, title }]);
    expect(world.server.violations).toEqual([]);
  });

  test("is neutral where what cannot tell is let through", async () => {
    await using world = await opened();
    expect(await setCheck(world.job(), [sectionOf(undecided("a"), 1, { onInconclusive: "warn" })], world.on)).toBe(
      "neutral",
    );
  });

  test("waits for every expected model: half a review is not green, and one that fails counts", async () => {
    await using world = await opened();
    const on = { ...world.on, expected: ["a", "b"] };
    expect(await setCheck(world.job(), [sectionOf(passing("a"))], on)).toBeNull();
    expect(shown(world)).toMatchObject([{ status: "in_progress", conclusion: null, title: "waiting for b" }]);
    expect(await setCheck(world.job(), [sectionOf(failing("b"))], on)).toBe("failure");
    expect(await setCheck(world.job(), [sectionOf(passing("b"), 2)], on)).toBe("success");
    expect(shown(world)).toMatchObject([{ status: "completed", conclusion: "success" }]);
  });

  test("jobs that report at the same time leave no check green while one model fails", async () => {
    await using world = await opened();
    const documents = [passing("a"), failing("b"), passing("c"), passing("d")];
    await Promise.all(documents.map((document) => setCheck(world.job(), [sectionOf(document)], world.on)));
    expect(new Set(shown(world).map(({ conclusion, title }) => `${conclusion}: ${title}`))).toEqual(
      new Set(["failure: 4 models: 1 failed, 3 passed"]),
    );
  });

  test("an older run that comes late changes nothing", async () => {
    await using world = await opened();
    await setCheck(world.job(), [sectionOf(passing("a"), 8)], world.on);
    expect(await setCheck(world.job(), [sectionOf(failing("a"), 7)], world.on)).toBe("success");
  });

  test("points at each line once: in batches, and not again when the job runs again", async () => {
    await using world = await opened();
    const again = { ...world.on, notices: notices("a", 120) };
    await setCheck(world.job(), [sectionOf(failing("a"))], again);
    const lines = () =>
      world.server.state.checkRuns.map(({ annotations }) => annotations.map(({ start_line }) => start_line));
    expect(lines()).toEqual([Array.from({ length: 120 }, (_, at) => at + 1)]);
    const sizes = world.server.calls.filter(
      ({ operation }) => operation?.startsWith("checks/") && !operation.includes("list"),
    );
    expect(sizes).toHaveLength(3);
    await setCheck(world.job(), [sectionOf(failing("a"))], again);
    expect(lines()).toEqual([Array.from({ length: 120 }, (_, at) => at + 1)]);
  });

  test("a newer run with lines of its own gets a check of its own, which counts; the older says the same", async () => {
    await using world = await opened();
    await setCheck(world.job(), [sectionOf(failing("a"))], { ...world.on, notices: notices("a", 2, 5) });
    await setCheck(world.job(), [sectionOf(failing("a"), 2)], { ...world.on, notices: notices("a", 1, 9) });
    expect(
      world.server.state.checkRuns.map(({ annotations }) => annotations.map(({ start_line }) => start_line)),
    ).toEqual([[5, 6], [9]]);
    expect(await setCheck(world.job(), [sectionOf(passing("a"), 3)], world.on)).toBe("success");
    expect(new Set(shown(world).map(({ conclusion }) => conclusion))).toEqual(new Set(["success"]));
  });

  test("another app's check of the same name, and a job that is called so, are left alone", async () => {
    await using world = await opened();
    await setCheck(world.job(), [sectionOf(failing("a"))], world.on);
    const [ours] = world.server.state.checkRuns;
    if (ours === undefined) throw new Error("no check");
    world.server.state.checkRuns.push(
      { ...ours, id: world.server.world.nextId(), app: "other[bot]", conclusion: "success", annotations: [] },
      { ...ours, id: world.server.world.nextId(), conclusion: "success", text: "a job", annotations: [] },
    );
    await setCheck(world.job(), [sectionOf(passing("a"), 2)], world.on);
    expect(shown(world).map(({ title }) => title?.slice(0, 10))).toEqual(["a: better ", "a: worse t", "a: worse t"]);
  });
});
