import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { generator } from "../../packages/core/src/statistics/generator.ts";

/** Days the rows fall on, and airports they start from. */
export const DAYS = 100;
export const ORIGINS = 20;

/** Two CSV files of predictions on the same rows: outcomes follow a chance that both models see with noise. Seeded: the same bytes every time. */
export function makePredictions(folder: string, rows: number): { candidate: string; baseline: string } {
  const source = generator(11);
  const names = { candidate: join(folder, "candidate.csv"), baseline: join(folder, "baseline.csv") };
  const files = { candidate: openSync(names.candidate, "w"), baseline: openSync(names.baseline, "w") };
  const head = "id,day,origin,y_true,y_score\n";
  let text = { candidate: head, baseline: head };
  for (let row = 0; row < rows; row++) {
    const chance = source.fraction() ** 2;
    const truth = source.fraction() < chance ? 1 : 0;
    const seen = (noise: number) =>
      Math.min(0.99, Math.max(0.01, chance + noise * (source.fraction() - 0.5))).toFixed(6);
    const fixed = `${row + 1},${Math.floor((row * DAYS) / rows)},A${Math.floor(source.fraction() * ORIGINS)},${truth},`;
    text.candidate += `${fixed}${seen(0.3)}\n`;
    text.baseline += `${fixed}${seen(0.32)}\n`;
    if (text.candidate.length < 1 << 20 && row < rows - 1) continue;
    writeSync(files.candidate, text.candidate);
    writeSync(files.baseline, text.baseline);
    text = { candidate: "", baseline: "" };
  }
  closeSync(files.candidate);
  closeSync(files.baseline);
  return names;
}
