import type { DriftReport } from "@trainyard/core";
import { dayBefore, morning } from "./calendar.ts";
import { driftReport, evaluationOf, runRecord, runs } from "./documents.ts";
import { ask, type Stage } from "./episodes.ts";

const FIRST_CHECK = "2001-03-22";
const DECISION = "2001-07-01";

/**
 * 6. The January model stays; a clock moves from 22 March, week by week. No step reads a row after its date.
 * If a check asks for it, retraining starts by itself; its candidates are judged on June when June is over.
 */
export async function spring(stage: Stage): Promise<DriftReport[]> {
  const { teller, arrivals } = stage;
  teller.heading("6", "The January model stays in production; a clock moves on, week by week", morning(FIRST_CHECK));
  teller.say(
    "  Every Thursday: $ trainyard drift-check, over the trailing 21 days whose labels have arrived. Every result is shown, calm or not.\n",
  );
  arrivals.clear();
  await arrivals.arrive("2001-02-01", dayBefore(FIRST_CHECK));
  await arrivals.score("2001-03-01", dayBefore(FIRST_CHECK), morning(FIRST_CHECK));
  const checks: DriftReport[] = [];
  let retrained: string[] = [];
  for (let day = FIRST_CHECK; day < DECISION; day = dayBefore(day, -7)) {
    if (day !== FIRST_CHECK) {
      await arrivals.arrive(dayBefore(day, 7), dayBefore(day));
      await arrivals.score(dayBefore(day, 7), dayBefore(day), morning(day));
    }
    const before = runs(teller.root);
    checks.push(await check(stage, day));
    const started = runs(teller.root).filter((id) => !before.includes(id));
    if (started.length > 0) {
      retrained = started.reverse(); // in the order they were trained
      teller.say(
        `  Retraining started by itself: ${started.length} candidates. They are judged on June, when June is over and labelled.\n`,
      );
    }
  }
  const alarm = checks.find((report) => report.action === "retrain");
  stage.shown.push({
    heading: "Spring: weekly checks from 22 March",
    parts: [
      "Each check looks at the trailing 21 days whose labels had arrived. The band is the bound of observed / predicted.",
      { timeline: checks },
      ...(alarm === undefined ? ["No check asked for a retraining."] : [alarm]),
    ],
  });
  await decide(stage, retrained);
  return checks;
}

/** One weekly check; a calm one is one line, any other is shown as the command prints it. */
async function check(stage: Stage, day: string): Promise<DriftReport> {
  const { teller } = stage;
  const told = await teller.quietly(["drift-check", "--report", `reports/${day}.json`], morning(day), [0, 1]);
  const report = driftReport(teller.root, day);
  teller.say(`  ${day}  ${report.verdict.padEnd(6)}  ${line(report)}`);
  if (report.verdict !== "quiet")
    teller.say(`\n$ trainyard drift-check --report reports/${day}.json\n${told.text}  → exit ${told.code}\n`);
  return report;
}

function line({ performance }: DriftReport): string {
  if (performance === null) return "no labels yet";
  const { observed, predicted, ratio, bound } = performance;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const [low, high] = ratio.interval ?? [Number.NaN, Number.NaN];
  return `observed ${percent(observed)}, predicted ${percent(predicted)}: ratio ${ratio.value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}], bound ${bound[0].toFixed(2)} … ${bound[1].toFixed(2)}`;
}

async function decide(stage: Stage, candidates: readonly string[]): Promise<void> {
  const { teller } = stage;
  const now = morning(DECISION);
  if (candidates.length === 0) {
    teller.say("  No check asked for a retraining: the January model is still in production, and nothing is released.");
    return;
  }
  teller.heading("6b", "1 July: June is over; the candidates are judged on it", now);
  for (const run of candidates) {
    const window = String(runRecord(teller.root, run).inputs.params["window"]);
    teller.say(`  Candidate ${run}: window ${window}`);
    await teller.trainyard(
      ["train", "--only", "predict", "--run", run, "--evaluate-data", "data/2001-06.parquet"],
      now,
    );
    await teller.trainyard(["evaluate", "--run", run], now, [0, 1, 3]);
    stage.shown.push({
      heading: `Candidate "window ${window}" against production, on June`,
      parts: [`Trained when the alarm was raised, judged on ${DECISION}.`, evaluationOf(teller.root, run)],
    });
  }
  const { code } = await teller.trainyard(["register", ...candidates.flatMap((run) => ["--run", run])], now, [0, 1, 3]);
  if (code !== 0) {
    teller.say("  Neither candidate passed its gates: the January model stays in production.");
    stage.shown.push({ heading: "Neither passed", parts: ["The January model stays in production."] });
    return;
  }
  await teller.trainyard(["deploy", "--environment", "staging", "--yes"], now);
  const live = await teller.trainyard(["deploy", "--environment", "production", "--yes"], now);
  stage.shown.push({ heading: "Live", parts: [live.text.trim()] });
  await ask(stage);
}
