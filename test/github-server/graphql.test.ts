import { expect, test } from "vitest";
import { serverUnderTest } from "./server-under-test.ts";

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { clientMutationId commit { oid message signature { isValid } } ref { name } }
}`;

const base64 = (text: string) => Buffer.from(text).toString("base64");
const input = (expectedHeadOid: string, more: object = {}) => ({
  branch: { repositoryNameWithOwner: "octo/flights", branchName: "main" },
  message: { headline: "Head" },
  expectedHeadOid,
  ...more,
});

test("a commit adds, changes and deletes in one step, is signed by GitHub and written by the bot", async () => {
  const { server, graphql } = await serverUnderTest({ files: { "old.txt": "old", "a/b.txt": "before" } });
  const head = (await server.world.branch("main")) as string;
  const odd = 'models/ü "quoted" \\ name.json';
  const { body } = await graphql(COMMIT, {
    input: input(head, {
      clientMutationId: "op-1",
      fileChanges: {
        additions: [
          { path: "a/b.txt", contents: base64("after") },
          { path: odd, contents: base64("{}") },
        ],
        deletions: [{ path: "old.txt" }],
      },
    }),
  });
  const { commit, clientMutationId, ref } = body.data.createCommitOnBranch;
  expect([clientMutationId, ref.name, commit.signature]).toEqual(["op-1", "main", { isValid: true }]);
  const names = await server.world.git.git(["ls-tree", "-rz", "--name-only", commit.oid]);
  expect(names.split("\0").filter(Boolean)).toEqual(["a/b.txt", odd]);
  expect(await server.world.git.git(["show", `${commit.oid}:a/b.txt`])).toBe("after");
  expect(await server.world.git.git(["log", "-1", "--format=%an|%cn|%P", "main"])).toBe(
    `github-actions[bot]|GitHub|${head}`,
  );
});

test("of twenty writers on one head, one commits and the others are told that their data is stale", async () => {
  const { server, graphql } = await serverUnderTest();
  const head = (await server.world.branch("main")) as string;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      graphql(COMMIT, {
        input: input(head, { fileChanges: { additions: [{ path: `f${i}`, contents: base64("x") }] } }),
      }),
    ),
  );
  const errors = answers.flatMap(({ body }) => body.errors ?? []);
  expect(errors).toHaveLength(19);
  expect(new Set(errors.map(({ type }: { type: string }) => type))).toEqual(new Set(["STALE_DATA"]));
  for (const { message } of errors)
    expect(message).toMatch(/^Expected branch to point to|is at [0-9a-f]{40} but expected/);
  expect(await server.world.git.git(["rev-list", "--count", "main"])).toBe("2");
});

test("a branch that is not there, a path that cannot be deleted and another repository are refused by type", async () => {
  const { server, graphql } = await serverUnderTest();
  const head = (await server.world.branch("main")) as string;
  const type = async (more: object) => (await graphql(COMMIT, { input: input(head, more) })).body.errors[0].type;
  expect(await type({ branch: { repositoryNameWithOwner: "octo/flights", branchName: "gone" } })).toBe("NOT_FOUND");
  expect(await type({ branch: { repositoryNameWithOwner: "octo/other", branchName: "main" } })).toBe("NOT_FOUND");
  expect(await type({ fileChanges: { deletions: [{ path: "nothing" }] } })).toBe("UNPROCESSABLE");
  const other = await graphql('{ repository(owner: "octo", name: "other") { id } }');
  expect(other.body).toMatchObject({
    data: { repository: null },
    errors: [{ type: "NOT_FOUND", path: ["repository"] }],
  });
});

test("a head, a file and a folder are read in one call", async () => {
  const { server, graphql } = await serverUnderTest({ files: { "a/one.json": "1", "a/two.json": "2" } });
  const { body } = await graphql(`{
    repository(owner: "octo", name: "flights") {
      ref(qualifiedName: "refs/heads/main") {
        target { oid ... on Commit { message file(path: "a/one.json") { object { ... on Blob { text isTruncated } } } } }
      }
      none: ref(qualifiedName: "refs/heads/none") { id }
      folder: object(expression: "main:a") { ... on Tree { entries { name type } } }
      missing: object(expression: "main:b") { oid }
    }
  }`);
  expect(body.errors).toBeUndefined();
  expect(body.data.repository).toMatchObject({
    ref: { target: { oid: await server.world.branch("main"), file: { object: { text: "1", isTruncated: false } } } },
    none: null,
    folder: {
      entries: [
        { name: "one.json", type: "blob" },
        { name: "two.json", type: "blob" },
      ],
    },
    missing: null,
  });
});

test("a connection says how many and leads on; without a count, or with too many, it is refused", async () => {
  const { ask, graphql } = await serverUnderTest();
  for (const tag of ["a", "b", "c"]) await ask("POST", "/releases", { tag_name: tag });
  const releases = async (window: string) =>
    (
      await graphql(`{ repository(owner: "octo", name: "flights") { releases(${window}) {
      totalCount nodes { tagName } pageInfo { hasNextPage endCursor } } } }`)
    ).body;
  const first = (await releases("first: 2")).data.repository.releases;
  expect(first).toMatchObject({
    totalCount: 3,
    nodes: [{ tagName: "c" }, { tagName: "b" }],
    pageInfo: { hasNextPage: true },
  });
  const rest = (await releases(`first: 2, after: "${first.pageInfo.endCursor}"`)).data.repository.releases;
  expect(rest).toMatchObject({ nodes: [{ tagName: "a" }], pageInfo: { hasNextPage: false } });
  expect((await releases("first: 101")).errors[0].type).toBe("EXCESSIVE_PAGINATION");
  expect((await releases('after: ""')).errors[0].type).toBe("MISSING_PAGINATION_BOUNDARIES");
});

test("a limit of GraphQL comes as an answer of 200", async () => {
  const { server, graphql } = await serverUnderTest();
  server.faults.add({ match: { kind: "graphql" }, do: "rate-limit" });
  const { status, body } = await graphql("{ viewer { login } }");
  expect([status, body.errors[0].type]).toEqual([200, "RATE_LIMITED"]);
});
