import fc from "fast-check";
import { expect, test } from "vitest";
import { Mask } from "./mask.ts";

test("however the text is cut into pieces, it comes out the same, and no secret in it", () => {
  const text = fc
    .array(fc.constantFrom("secret-1", "secret-12", "secret", "sec", " ", "ret-1", "x\n"), { maxLength: 20 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.array(fc.nat(160), { maxLength: 8 }), (whole, cuts) => {
      const mask = new Mask(["secret-1", "secret-12"]);
      const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
      const pieces = places.slice(1).map((end, i) => whole.slice(places[i], end));
      const masked = pieces.map((piece) => mask.push(piece)).join("") + mask.end();
      expect(masked).not.toContain("secret-1");
      expect(masked).toBe(whole.replace(/secret-12?/g, "***"));
    }),
  );
});

test("lines of a key of several lines are masked one by one", () => {
  const mask = new Mask(["-----BEGIN-----\nabcdefgh\nijklmnop\n-----END-----"]);
  expect(mask.push("x abcdefgh y\n") + mask.end()).toBe("x *** y\n");
});

test("a value too short or too ordinary to be a secret is left alone", () => {
  const mask = new Mask(["", "1", "abc", "true", "8080"]);
  expect(mask.push("1 abc true 8080") + mask.end()).toBe("1 abc true 8080");
});
