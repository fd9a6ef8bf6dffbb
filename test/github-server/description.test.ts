import { expect, test } from "vitest";
import { TEMPLATES } from "../../scripts/github-openapi/operations.ts";
import { subsetOf } from "../../scripts/github-openapi/subset.ts";
import { githubDescription } from "./openapi.ts";

test("paths lead to their operations: slashes in refs, the fixed before the variable, both ends of a comparison", () => {
  const find = (method: string, path: string) => {
    const route = githubDescription().find(method, `/repos/octo/flights${path}`);
    return route === null ? null : [route.id, route.params];
  };
  const own = { owner: "octo", repo: "flights" };
  expect(find("GET", "/git/ref/heads/trainyard/registry")).toEqual([
    "git/get-ref",
    { ...own, ref: "heads/trainyard/registry" },
  ]);
  expect(find("GET", "/releases/latest")).toEqual(["repos/get-latest-release", own]);
  expect(find("GET", "/releases/12")).toEqual(["repos/get-release", { ...own, release_id: "12" }]);
  expect(find("GET", "/contents/a/b%20c.txt")).toEqual(["repos/get-content", { ...own, path: "a/b c.txt" }]);
  expect(find("GET", "/compare/main...feature%2Fx")).toEqual([
    "repos/compare-commits",
    { ...own, base: "main", head: "feature/x" },
  ]);
  expect(find("DELETE", "/releases/latest")).toEqual(["repos/delete-release", { ...own, release_id: "latest" }]);
  expect(find("GET", "/nothing/at/all")).toBeNull();
});

test("GitHub's own examples, which the answers are filled into, are what its description says, but for five fields", () => {
  const { subset } = githubDescription();
  const problems = Object.entries(TEMPLATES).flatMap(([name, id]) => {
    const operation = subset.operations[id];
    const status = Object.keys(operation?.responses ?? {}).find((one) => one.startsWith("2"));
    if (operation === undefined || status === undefined) throw new Error(`${id} has no answer`);
    return githubDescription().answerProblems(id, operation, Number(status), subset.templates[name]);
  });
  // Repositories inside other things are cut out of the examples.
  const others = problems.filter((problem) => !/(?:repo|repository|parent|source): must be object/.test(problem));
  expect(others).toEqual([
    "repos/get 200: must have required property 'language'",
    "pulls/get 200/requested_teams/0: must have required property 'type'",
    "actions/get-job-for-workflow-run 200: must have required property 'created_at'",
    "repos/get-commit 200/files/0: must have required property 'contents_url'",
    "repos/get-commit 200/files/0: must have required property 'sha'",
  ]);
});

test("a wrong type, a missing field and a word that is not in the list are found on both sides", () => {
  const description = githubDescription();
  const { operations } = description.subset;
  const check = operations["checks/create"];
  const release = operations["repos/get-release"];
  if (check === undefined || release === undefined) throw new Error("the description lacks them");
  const body = { name: "x", head_sha: "y", conclusion: "fine", output: { title: 1 } };
  expect(description.requestProblems("checks/create", check, {}, body)).toEqual([
    "checks/create body/conclusion: must be equal to one of the allowed values",
    "checks/create body/output: must have required property 'summary'",
    "checks/create body/output/title: must be string",
  ]);
  expect(description.answerProblems("repos/get-release", release, 200, { id: "1" }).length).toBeGreaterThan(3);
  expect(description.answerProblems("repos/get-release", release, 204, undefined)).toEqual([
    "repos/get-release answers 204, which its description does not know",
  ]);
});

test("the part that is taken follows references, turns nullable into a type and keeps a field called description", () => {
  const document = {
    paths: {
      "/things/{id}": {
        get: {
          operationId: "things/get",
          description: "words",
          parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer", description: "words" } }],
          responses: { "200": { content: { "application/json": { schema: { $ref: "#/components/schemas/thing" } } } } },
        },
      },
    },
    components: {
      schemas: {
        thing: {
          title: "words",
          properties: { description: { type: "string", nullable: true }, part: { $ref: "#/components/schemas/part" } },
        },
        part: { type: "object", nullable: true, enum: [null] },
        other: { type: "string" },
      },
    },
  };
  const subset = subsetOf(document, "here", ["things/get"], {});
  expect(Object.keys(subset.schemas)).toEqual(["part", "thing"]);
  expect(subset.schemas.thing).toEqual({
    properties: { description: { type: ["string", "null"] }, part: { $ref: "#/components/schemas/part" } },
  });
  expect(subset.schemas.part).toEqual({ anyOf: [{ type: "object", enum: [null] }, { type: "null" }] });
  expect(() => subsetOf(document, "here", ["things/none"], {})).toThrow("has no things/none");
});
