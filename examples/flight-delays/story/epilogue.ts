import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DriftReport, storyHtml } from "@trainyard/core";
import { morning } from "./calendar.ts";
import type { Stage } from "./episodes.ts";

/** What a reader must know before believing any of it (from the data's own description and from looking at it first). */
const caveats = [
  "The flights are of 2001, half a year, a sample of 3 million; cancelled flights are not in the data.",
  "The hour is that of the actual departure: this predicts at push-back, not at booking. ROC-AUC is about 0.65.",
  "Flights of one day stand or fall together: every interval clusters by day.",
  "We looked at the data before we chose the months and the windows of this story. The rules in trainyard.yaml were fixed before it ran; another half-year may tell another story.",
  "The kilometres of episode 5 were injected by us. The dates are replayed (TRAINYARD_NOW): every document of them says so.",
];

/** 7. What happened, how long it took from alarm to live, what to keep in mind, and where it all lies. */
export async function epilogue(stage: Stage, checks: readonly DriftReport[], seconds: number): Promise<void> {
  const { teller } = stage;
  const now = morning("2001-07-02");
  teller.heading("7", "What the registry remembers", now);
  await teller.trainyard(["history"], now);
  await teller.trainyard(["show", "flight-delays@production"], now);
  const alarms = checks.filter((report) => report.verdict !== "quiet");
  teller.say(
    `  ${checks.length} weekly checks, ${alarms.length} of them not quiet${alarms.length === 0 ? "" : `: ${alarms.map((report) => report.at.slice(0, 10)).join(", ")}`}.`,
  );
  teller.say("\nKeep in mind:");
  for (const caveat of caveats) teller.say(`  - ${caveat}`);
  const file = join(teller.root, "report.html");
  const sections = [...stage.shown, { heading: "Keep in mind", parts: [{ list: caveats }] }];
  writeFileSync(
    file,
    storyHtml(
      "Three million flights",
      sections,
      "A model that predicts delays at push-back: trained, judged, released, watched and retrained. Every verdict was computed.",
    ),
  );
  teller.say(
    `\nThe story took ${Math.round(seconds)} s after installation. Go on with it: npx trainyard -C ${teller.root} history\n`,
  );
  teller.say(`workspace: ${teller.root}`);
  teller.say(`report: ${file}`);
}
