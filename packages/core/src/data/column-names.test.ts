import { expect, test } from "vitest";
import { nearestColumn, underStandardNames } from "./column-names.ts";

test("a missing role is none of the columns that have another role", () => {
  expect(nearestColumn("y_pred", ["y_prod", "y_true"])).toBe("y_prod");
  expect(nearestColumn("y_lower", ["id", "y_true", "y_upper"])).toBeNull();
  expect(nearestColumn("y_tru", ["id", "y_true"])).toBe("y_true");
});

test("a column that was named and is not there is refused with what it was named for", () => {
  const table = { rows: 0, columns: new Map() };
  expect(() => underStandardNames(table, "p.csv", { id: "flight" }, "refuse")).toThrow(
    'p.csv has no column "flight", which was named for id.',
  );
  expect(underStandardNames(table, "p.csv", { id: "flight" }, "keep")).toEqual(table);
});
