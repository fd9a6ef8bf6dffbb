import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { days } from "./calendar.ts";
import type { Teller } from "./teller.ts";

/**
 * What production sees of the flights: a file of rows a day, and their labels the morning after.
 * The story moves days from `data/days` to where they arrive; nothing of a later day is there for any step to read.
 */
export class Arrivals {
  private readonly teller: Teller;
  private readonly root: string;

  constructor(teller: Teller) {
    this.teller = teller;
    this.root = teller.root;
  }

  /** Empties the places where data arrives: another episode begins. */
  clear(): void {
    for (const folder of ["data/incoming", "data/labels", "logs/predictions"]) {
      rmSync(join(this.root, folder), { recursive: true, force: true });
      mkdirSync(join(this.root, folder), { recursive: true });
    }
  }

  /** Rows and labels of these days arrive. `rowsFrom` is another folder for the rows: a faulty delivery. */
  async arrive(from: string, to: string, rowsFrom = "data/days"): Promise<void> {
    for (const day of days(from, to)) {
      const name = `${day}.parquet`;
      if (!existsSync(join(this.root, rowsFrom, name))) continue;
      copyFileSync(join(this.root, rowsFrom, name), join(this.root, "data/incoming", name));
      copyFileSync(join(this.root, "data/day-labels", name), join(this.root, "data/labels", name));
    }
  }

  /** What the live model answered for the rows of these days: its scores, logged by day. */
  async score(from: string, to: string, now: string): Promise<void> {
    const data = days(from, to).filter((day) => existsSync(join(this.root, "data/incoming", `${day}.parquet`)));
    const words = data.flatMap((day) => ["--data", `data/incoming/${day}.parquet`]);
    await this.teller.quietly(
      ["predict", "flight-delays@production", ...words, "--out", `logs/predictions/${from}_${to}.parquet`],
      now,
    );
  }
}
