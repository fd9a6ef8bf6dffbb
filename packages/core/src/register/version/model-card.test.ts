import { expect, test } from "vitest";
import { aReport, aRun } from "../../testing/index.ts";
import { modelCard } from "./model-card.ts";

const facts = { model: "flight-delays", record: aRun(), report: aReport(), override: null };

test("a card says what was judged, on what, made from what, and its files", () => {
  const card = modelCard(facts);
  expect(card).toContain("# flight-delays\n");
  expect(card).toContain("| roc_auc at least 0.60 | 0.676 \\[0.66, 0.69\\] | 0.6 | pass |");
  expect(card).toContain("| model.onnx | 11 | sha256:");
  expect(card).toContain("| parameter learning_rate | 0.1 |");
});

test("an override stands in the card with its reason", () => {
  expect(modelCard({ ...facts, override: { reason: "labels were wrong", by: "ana" } })).toContain(
    "**Registered against the verdict** by ana: labels were wrong",
  );
});

test("text from outside cannot format, mention, link, hide, reorder or leave its cell", () => {
  const evil =
    "a|b `c` <img src=x> @everyone #1 https://x.org www.x.org [l](u) **b** \u202egnp.exe\u200b\n# title\u0007";
  const card = modelCard({
    ...facts,
    record: aRun({
      actor: { name: evil, kind: "person" },
      inputs: { ...aRun().inputs, command: evil, params: { [evil]: evil } },
    }),
  });
  const columns = card
    .split("\n")
    .filter((line) => line.startsWith("| parameter"))
    .map((line) => line.split(/(?<!\\)\|/).length);
  expect(columns).toEqual([4]);
});

test("a thousand parameters do not make a card of a thousand rows", () => {
  const params = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`p${index}`, index]));
  const card = modelCard({ ...facts, record: aRun({ inputs: { ...aRun().inputs, params } }) });
  expect(card.split("\n").length).toBeLessThan(120);
  expect(card).toContain("more, in the run's record.");
});
