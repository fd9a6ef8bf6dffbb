import { describe, expect, test } from "vitest";
import { putComment } from "../../packages/backends/src/github/show/comment.ts";
import { COMMENT_LIMIT } from "../../packages/core/src/report/budget.ts";
import { readReview } from "../../packages/core/src/report/review/review-marks.ts";
import type { GithubServer } from "../github-server/start-github-server.ts";
import { type FacesWorld, facesWorld, failing, passing, sectionOf } from "./faces-world.ts";

const BOT = "github-actions[bot]";

async function opened(): Promise<FacesWorld & { number: number }> {
  const world = await facesWorld();
  const { number } = await world.server.openPullRequest({ head: "window", files: { "train.py": "pass\n" } });
  return { ...world, number };
}

function comment(server: GithubServer, issue: number, login: string, body: string): number {
  const at = new Date(Date.parse(server.world.now()) - 3_600_000).toISOString(); // an hour ago
  const id = server.world.nextId();
  server.state.comments.push({ id, issue, login, body, createdAt: at, updatedAt: at });
  return id;
}

const restCalls = (server: GithubServer) =>
  server.calls.filter(({ kind }) => kind === "rest").map(({ method }) => method);
const models = (server: GithubServer) =>
  server.state.comments
    .filter(({ login }) => login === BOT)
    .map(({ body }) =>
      readReview(body)
        .sections.map(({ model, standing }) => `${model} ${standing}`)
        .sort(),
    );

describe("the comment of a pull request", () => {
  test("is made once, brought up to date in place, and costs few calls", async () => {
    await using world = await opened();
    const { server, number } = world;
    const url = await putComment(world.job(), number, [sectionOf(failing("churn"), 1)]);
    expect(restCalls(server)).toEqual(["GET", "POST", "GET"]);
    server.calls.length = 0;
    expect(await putComment(world.job(), number, [sectionOf(passing("churn"), 2)])).toBe(url);
    expect(restCalls(server)).toEqual(["GET", "PATCH", "GET"]);
    server.calls.length = 0;
    await putComment(world.job(), number, [sectionOf(passing("churn"), 2)]);
    expect(restCalls(server)).toEqual(["GET"]);
    expect(models(server)).toEqual([["churn passed"]]);
    expect(server.state.comments[0]?.body).toContain("### churn: better than production v1");
    expect(server.violations).toEqual([]);
  });

  test("among a thousand comments is still one", async () => {
    await using world = await opened();
    const { server, number } = world;
    for (let at = 0; at < 500; at++) comment(server, number, at % 2 === 0 ? "ana" : "other-bot[bot]", `note ${at}`);
    await putComment(world.job(), number, [sectionOf(failing("churn"), 1)]);
    for (let at = 500; at < 1_000; at++) comment(server, number, "ana", `note ${at}`);
    server.calls.length = 0;
    await putComment(world.job(), number, [sectionOf(passing("churn"), 2)]);
    expect(models(server)).toEqual([["churn passed"]]);
    expect(server.state.comments).toHaveLength(1_001);
    expect(restCalls(server).filter((method) => method === "GET").length).toBeLessThanOrEqual(12);
  });

  test("keeps the sections of other jobs, and a copied mark in somebody else's comment counts for nothing", async () => {
    await using world = await opened();
    const { server, number } = world;
    await putComment(world.job(), number, [sectionOf(failing("churn"))]);
    const forged = comment(server, number, "mallory", server.state.comments[0]?.body ?? "");
    const quoted = comment(server, number, BOT, `> ${server.state.comments[0]?.body}`);
    await putComment(world.job(), number, [sectionOf(passing("delays"))]);
    expect(models(server)).toEqual([["churn failed", "delays passed"], []]);
    const body = (id: number) => server.state.comments.find((one) => one.id === id)?.body;
    expect(body(forged)).not.toContain("delays");
    expect(body(quoted)).toMatch(/^> /);
  });

  test.each([2, 6])("of %s jobs that write at the same time one comment is left, with every section", async (jobs) => {
    await using world = await opened();
    const { server, number } = world;
    const names = Array.from({ length: jobs }, (_, at) => `model-${at}`);
    const urls = await Promise.all(names.map((model) => putComment(world.job(), number, [sectionOf(passing(model))])));
    expect(models(server)).toEqual([names.map((model) => `${model} passed`)]);
    expect(new Set(urls).size).toBe(1);
    expect(server.violations).toEqual([]);
  });

  test("two runs at the same time leave the newer one's verdict, whichever writes last", async () => {
    await using world = await opened();
    const { server, number } = world;
    await Promise.all([
      putComment(world.job(), number, [sectionOf(passing("churn"), 8)]),
      putComment(world.job(), number, [sectionOf(failing("churn"), 7)]),
    ]);
    expect(models(server)).toEqual([["churn passed"]]);
  });

  test("doubles that an earlier race left become one: the oldest stays, with all sections", async () => {
    await using world = await opened();
    const { server, number } = world;
    await putComment(world.job(), number, [sectionOf(failing("churn"))]);
    const [first] = server.state.comments;
    const other = first?.body.replaceAll("churn", "delays") ?? "";
    comment(server, number, BOT, other);
    comment(server, number, BOT, other.replaceAll("delays", "gates"));
    await putComment(world.job(), number, [sectionOf(passing("prices"))]);
    expect(models(server)).toEqual([["churn failed", "delays failed", "gates failed", "prices passed"]]);
    expect(server.state.comments[0]?.id).toBe(first?.id);
  });

  test("no model changed: an earlier comment says so, and where there is none nothing is said", async () => {
    await using world = await opened();
    const { server, number } = world;
    expect(await putComment(world.job(), number, [], { complete: { id: 1, attempt: 1 } })).toBeNull();
    expect(server.state.comments).toEqual([]);
    await putComment(world.job(), number, [sectionOf(failing("churn"), 2)]);
    await putComment(world.job(), number, [], { complete: { id: 3, attempt: 1 } });
    expect(server.state.comments.map(({ body }) => body.split("\n")[1])).toEqual(["No model changed."]);
    await putComment(world.job(), number, [sectionOf(failing("churn"), 2)]);
    expect(server.state.comments.map(({ body }) => body.split("\n")[1])).toEqual(["No model changed."]);
  });

  test("a hundred and twenty models fit, and each job after them finds nothing to do", async () => {
    await using world = await opened();
    const { server, number } = world;
    const sections = Array.from({ length: 120 }, (_, at) =>
      sectionOf(at % 3 === 0 ? failing(`m-${at}`) : passing(`m-${at}`)),
    );
    await putComment(world.job(), number, sections);
    expect(server.state.comments[0]?.body.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    server.calls.length = 0;
    await putComment(world.job(), number, sections);
    expect(restCalls(server)).toEqual(["GET"]);
  });

  test("a token that may not comment is told which permission it needs", async () => {
    await using world = await opened();
    const refused = putComment(world.job({ contents: "read", pull_requests: "read" }), world.number, [
      sectionOf(passing("churn")),
    ]);
    await expect(refused).rejects.toMatchObject({
      code: "GITHUB_FORBIDDEN",
      hint: expect.stringContaining("issues: write"),
    });
  });
});
