import { expect, test } from "vitest";
import { aDigest, aVersion } from "../../testing/index.ts";
import { type EventBody, type RegistryEvent, registrationOf } from "../log/event.ts";
import { fold } from "./folding.ts";

const model = "flight-delays";
const operationOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Places bodies in a log, each in a transaction of its own. */
function log(...bodies: EventBody[]): RegistryEvent[] {
  return bodies.map((body, index) => ({
    ...body,
    seq: index + 2,
    prev: aDigest("0"),
    operation: operationOf(index),
    by: { name: "ana", kind: "person" },
    at: "2001-09-09T01:46:40Z",
  }));
}
const registered = (version: number, digit = String(version)): EventBody =>
  registrationOf(aVersion({ model, version, rootDigest: aDigest(digit) }));
const set = (from: number | null, to: number, generation: number): EventBody => ({
  type: "alias.set",
  model,
  alias: "staging",
  from,
  to,
  generation,
  reason: null,
});
const removed = (from: number, generation: number): EventBody => ({
  type: "alias.removed",
  model,
  alias: "staging",
  from,
  generation,
  reason: null,
});
const withdrawn = (version: number): EventBody => ({
  type: "version.withdrawn",
  model,
  version,
  reason: "wrong labels",
});
const judged = (report: string): EventBody => ({
  type: "evaluation.recorded",
  model,
  run: "r",
  report,
  rootDigest: aDigest("1"),
  verdict: "pass",
  rows: 10,
  baseline: null,
  decidedBy: null,
});

test("events add up to versions, aliases and what was ever held", () => {
  const state = fold(
    model,
    log(registered(1), registered(2), set(null, 1, 1), set(1, 2, 2), withdrawn(1), removed(2, 3), judged(aDigest("a"))),
  );
  expect(state.versions.map(({ version, withdrawn: gone }) => [version, gone])).toEqual([
    [1, "wrong labels"],
    [2, null],
  ]);
  expect(state.aliases.get("staging")).toMatchObject({ version: null, generation: 3, sinceSeq: 7 });
  expect([...state.held]).toEqual(["staging"]);
  expect([...state.evaluations.values()]).toMatchObject([{ seq: 8, rootDigest: aDigest("1") }]);
});

test.each<[string, number, EventBody[]]>([
  ["a version out of turn", 3, [registered(1), registered(3)]],
  ["a version registered twice", 3, [registered(1), registered(1)]],
  ["bytes registered twice while the first stands", 3, [registered(1, "a"), registered(2, "a")]],
  ["an alias of a version that is not there", 2, [set(null, 1, 1)]],
  ["an alias of a withdrawn version", 4, [registered(1), withdrawn(1), set(null, 1, 1)]],
  ["a generation that does not rise by one", 4, [registered(1), set(null, 1, 1), set(1, 1, 3)]],
  ["an alias moved from where it was not", 4, [registered(1), set(null, 1, 1), set(null, 1, 2)]],
  ["an alias removed that nobody holds", 3, [registered(1), removed(1, 1)]],
  ["a withdrawal of what an alias points at", 4, [registered(1), set(null, 1, 1), withdrawn(1)]],
  ["a version withdrawn twice", 4, [registered(1), withdrawn(1), withdrawn(1)]],
  ["an evaluation recorded twice", 3, [judged(aDigest("a")), judged(aDigest("a"))]],
  ["an event of another model", 2, [{ type: "note", model: "other", text: "x" }]],
])("%s is refused, naming event %i", (_, seq, bodies) => {
  expect(() => fold(model, log(...bodies))).toThrow(
    expect.objectContaining({ code: "REGISTRY_DAMAGED", details: expect.objectContaining({ where: `event ${seq}` }) }),
  );
});

test("events out of order are refused", () => {
  const [one, two, three] = log(registered(1), registered(2), registered(3)) as [
    RegistryEvent,
    RegistryEvent,
    RegistryEvent,
  ];
  expect(() => fold(model, [one, { ...two, seq: 9 }, { ...three, seq: 8 }])).toThrow(/stands after event 9/);
});

test("several events of one operation are one transaction", () => {
  const [one, two] = log(registered(1), set(null, 1, 1)) as [RegistryEvent, RegistryEvent];
  expect(fold(model, [one, { ...two, operation: one.operation }]).versions.length).toBe(1);
});
