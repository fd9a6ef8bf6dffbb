import { describe, expect, test } from "vitest";
import { tellDrift } from "../../packages/backends/src/github/show/issue.ts";
import type { DriftReport } from "../../packages/core/src/drift/drift-report.ts";
import { drift } from "../gallery/build.ts";
import { drifts } from "../gallery/documents.ts";
import { type FacesWorld, facesWorld } from "./faces-world.ts";

const WATCHING = { contents: "read", issues: "write" } as const;
/** A check of the given day of May. */
const checked = (
  name: "over-predicted" | "broken" | "quiet",
  day: number,
  change: Partial<DriftReport> = {},
): DriftReport => ({
  ...(drifts[name] ?? drift()),
  at: `2001-05-${String(day).padStart(2, "0")}T06:00:00Z`,
  ...change,
});
const shown = ({ server }: FacesWorld) =>
  server.state.issues.map(({ number, title, state, stateReason }) => ({ number, title, state, stateReason }));
const told = (world: FacesWorld, report: DriftReport) => tellDrift(world.job(WATCHING), report);

describe("the issue that tracks a model's drift", () => {
  test("is opened by the first drift, brought up to date in place, closed with a comment, opened again", async () => {
    await using world = await facesWorld();
    expect(await told(world, checked("quiet", 1))).toBeNull();
    const made = await told(world, checked("over-predicted", 8));
    expect(made).toMatchObject({ open: true });
    expect(shown(world)).toMatchObject([{ title: "flight-delays: drift", state: "open" }]);
    await told(world, checked("broken", 15));
    expect(shown(world)).toMatchObject([{ number: made?.number, title: "flight-delays: data broken", state: "open" }]);
    expect(world.server.state.issues[0]?.body).toContain("looks like kilometres");
    expect(await told(world, checked("quiet", 22))).toMatchObject({ number: made?.number, open: false });
    expect(shown(world)).toMatchObject([
      { title: "flight-delays: drift has passed", state: "closed", stateReason: "completed" },
    ]);
    expect(world.server.state.comments.map(({ body }) => body.split("\n")[1])).toEqual([
      expect.stringMatching(/^Quiet: .*This closes the matter; the next drift opens it again\.$/),
    ]);
    expect(await told(world, checked("over-predicted", 29))).toMatchObject({ number: made?.number, open: true });
    expect(world.server.state.issues).toHaveLength(1);
    expect(world.server.state.issues[0]?.body.match(/^\| \d+ May 2001/gm)).toHaveLength(4);
    expect(world.server.violations).toEqual([]);
  });

  test("the same check told twice changes nothing, and one that comes late is not told", async () => {
    await using world = await facesWorld();
    await told(world, checked("over-predicted", 8));
    const [before] = structuredClone(world.server.state.issues);
    await told(world, checked("over-predicted", 8));
    await told(world, checked("broken", 1));
    expect(world.server.state.issues).toEqual([before]);
  });

  test("one that a person closed stays closed, until a quiet check came between", async () => {
    await using world = await facesWorld();
    await told(world, checked("over-predicted", 8));
    const [issue] = world.server.state.issues;
    if (issue === undefined) throw new Error("no issue");
    issue.state = "closed";
    expect(await told(world, checked("over-predicted", 15))).toMatchObject({ open: false });
    await told(world, checked("quiet", 22));
    expect(world.server.state.comments).toEqual([]);
    expect(await told(world, checked("over-predicted", 29))).toMatchObject({ open: true });
  });

  test("each model has its own, and an issue somebody else wrote with a copied mark is left alone", async () => {
    await using world = await facesWorld();
    await told(world, checked("over-predicted", 8));
    await told(world, checked("over-predicted", 8, { model: "churn" }));
    const [ours] = world.server.state.issues;
    if (ours === undefined) throw new Error("no issue");
    world.server.state.issues.unshift({ ...ours, id: 1, number: world.server.world.nextNumber(), login: "mallory" });
    await told(world, checked("quiet", 15));
    expect(world.server.state.issues.map(({ login, state }) => [login.slice(0, 7), state])).toEqual([
      ["mallory", "open"],
      ["github-", "closed"],
      ["github-", "open"],
    ]);
  });

  test("doubles are closed: the oldest stays", async () => {
    await using world = await facesWorld();
    await Promise.all([told(world, checked("over-predicted", 8)), told(world, checked("over-predicted", 8))]);
    await told(world, checked("over-predicted", 15));
    expect(shown(world).filter(({ state }) => state === "open")).toHaveLength(1);
  });

  test("a report from outside calls nobody", async () => {
    await using world = await facesWorld();
    await told(world, checked("broken", 8, { summary: "@octocat see #1 <img src=x> <!-- trainyard:drift {} -->" }));
    expect(world.server.state.issues[0]?.body.split("\n").slice(1).join("\n")).not.toMatch(/@octocat|#1|<img|<!--/);
  });
});
