import { expect, test } from "vitest";
import { curveNames } from "./curve-names.ts";

const bounds = { left: 30, right: 388, top: 30, bottom: 316 };
const corner = (height: number): [number, number][] => [
  [30, 316],
  [30, height],
  [388, 30],
];
const places = (marks: readonly string[]) =>
  marks.flatMap((mark) => {
    const [, x, y, rest = ""] = /^<text x="([-0-9.]+)" y="([-0-9.]+)"(.*)/.exec(mark) ?? [];
    return x === undefined ? [] : [{ x: Number(x), y: Number(y), end: rest.includes("end") }];
  });

test("two curves that share the corner of good models are named above the plot, not over the axis or the corner", () => {
  const found = places(curveNames(bounds, corner(40), corner(50), "bc_old.csv"));
  expect(found).toHaveLength(2);
  for (const { y } of found) expect(y).toBe(12);
});

test("curves that lie apart are named beside themselves, inside the plot", () => {
  const arc = (power: number) =>
    Array.from({ length: 50 }, (_, at): [number, number] => {
      const x = at / 49;
      return [30 + 358 * x, 316 - 286 * x ** power];
    });
  const [ours, theirs] = places(curveNames(bounds, arc(0.3), arc(0.9), "production v1"));
  for (const place of [ours, theirs]) {
    expect(place?.x).toBeGreaterThanOrEqual(bounds.left);
    expect(place?.y).toBeGreaterThan(bounds.top);
    expect(place?.y).toBeLessThan(bounds.bottom);
  }
  expect(ours?.y).toBeLessThan(theirs?.y ?? 0); // the better curve is the upper one
});

test("one curve alone needs no key", () => {
  expect(curveNames(bounds, corner(40), [], "none").length).toBeLessThanOrEqual(1);
  expect(curveNames(bounds, [], [], "none")).toEqual([]);
});
