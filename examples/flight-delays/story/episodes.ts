import { rmSync } from "node:fs";
import { join } from "node:path";
import type { StoryPart } from "@trainyard/core";
import type { Arrivals } from "./arrivals.ts";
import { morning } from "./calendar.ts";
import { driftReport, evaluationOf, runs } from "./documents.ts";
import type { Teller } from "./teller.ts";

export interface Stage {
  readonly teller: Teller;
  readonly arrivals: Arrivals;
  readonly url: string;
  /** Documents the final report shows, in the order they came. */
  readonly shown: { readonly heading: string; readonly parts: readonly StoryPart[] }[];
}

/** 1. The January model, judged on February, released and asked. */
export async function firstModel(stage: Stage): Promise<void> {
  const { teller } = stage;
  const now = morning("2001-03-01");
  teller.heading("1", "A first model: trained on January, judged on February", now);
  await teller.trainyard(["train"], now);
  await teller.trainyard(["evaluate"], now, [0, 1, 3]);
  const report = evaluationOf(teller.root, newest(teller));
  stage.shown.push({
    heading: "A first model: January, judged on February",
    parts: ["Nothing to compare with yet: only the absolute standard decides.", report],
  });
  await teller.trainyard(["register"], now);
  await teller.trainyard(["deploy", "flight-delays@1", "--environment", "staging", "--yes"], now);
  await teller.trainyard(["deploy", "flight-delays@1", "--environment", "production", "--yes"], now);
  await ask(stage);
}

/** Asks the server what it would answer a passenger. */
export async function ask(stage: Stage): Promise<void> {
  const instances = [
    { hour: 8, weekday: 1, distance: 733, origin: "ORD", destination: "LGA" },
    { hour: 19, weekday: 4, distance: 733, origin: "ORD", destination: "LGA" },
  ];
  const answer = await fetch(`${stage.url}/predict`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ instances }),
  });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}: ${await answer.text()}`);
  const { predictions, digest } = (await answer.json()) as { predictions: number[]; digest: string };
  const shares = predictions.map((share) => `${(100 * share).toFixed(1)} %`);
  stage.teller.say(
    `  ORD → LGA, more than 15 minutes late: ${shares[0]} leaving at 8 on a Monday, ${shares[1]} at 19 on a Thursday.\n  (answered over HTTP by ${digest.slice(0, 19)}…)`,
  );
}

/** 2. More data, judged row by row on the same flights, by day. */
export async function moreData(stage: Stage): Promise<void> {
  const { teller } = stage;
  const now = morning("2001-04-01");
  teller.heading("2", "A candidate: January and February, against production on March", now);
  await teller.trainyard(
    [
      "train",
      "--data",
      "data/2001-01.parquet",
      "--data",
      "data/2001-02.parquet",
      "--evaluate-data",
      "data/2001-03.parquet",
    ],
    now,
  );
  await judged(stage, "January and February against production, on March", now);
}

/** 3. A candidate that is worse. */
export async function lessData(stage: Stage): Promise<void> {
  const { teller } = stage;
  const now = morning("2001-06-01");
  teller.heading("3", "A candidate: February alone, against production on May", now);
  await teller.trainyard(["train", "--data", "data/2001-02.parquet", "--evaluate-data", "data/2001-05.parquet"], now);
  await judged(stage, "February alone against production, on May", now);
}

async function judged(stage: Stage, heading: string, now: string): Promise<void> {
  const { teller } = stage;
  await teller.trainyard(["evaluate"], now, [0, 1, 3]);
  const report = evaluationOf(teller.root, newest(teller));
  const { code } = await teller.trainyard(["register"], now, [0, 1, 3]);
  const outcome =
    code === 0
      ? "It was registered; nobody deployed it in this episode."
      : "It was recorded and not registered: production stays as it is.";
  teller.say(`  ${outcome}`);
  stage.shown.push({ heading, parts: [outcome, report] });
}

/** 4. A week like any other. */
export async function healthyWeek(stage: Stage): Promise<void> {
  const { teller, arrivals } = stage;
  const now = morning("2001-04-09");
  teller.heading("4", "A healthy week: 2 – 8 April", now);
  arrivals.clear();
  await arrivals.arrive("2001-04-02", "2001-04-08");
  await arrivals.score("2001-04-02", "2001-04-08", now);
  await teller.trainyard(["drift-check", "--report", "reports/healthy-week.json"], now, [0, 1]);
  stage.shown.push({ heading: "A healthy week: 2 – 8 April", parts: [driftReport(teller.root, "healthy-week")] });
}

/** 5. The same week, its distances in kilometres: injected. */
export async function kilometres(stage: Stage): Promise<void> {
  const { teller, arrivals } = stage;
  const now = morning("2001-04-09");
  teller.heading("5", "The same week with a fault that we inject: distances in kilometres", now);
  rmSync(join(teller.root, "faulty"), { recursive: true, force: true });
  const files = Array.from({ length: 7 }, (_, day) => `data/days/2001-04-0${day + 2}.parquet`);
  await teller.python(["inject.py", "--fault", "kilometres", ...files, "faulty"]);
  arrivals.clear();
  await arrivals.arrive("2001-04-02", "2001-04-08", "faulty");
  await arrivals.score("2001-04-02", "2001-04-08", now);
  const before = runs(teller.root).length;
  const { code } = await teller.trainyard(["drift-check", "--report", "reports/kilometres.json"], now, [0, 1]);
  const trained = runs(teller.root).length - before;
  const said = `${code === 1 ? "Stopped." : "It went on."} Trainings started: ${trained}.`;
  teller.say(`  ${said}`);
  stage.shown.push({
    heading: "The same week in kilometres (a fault that we injected)",
    parts: [said, driftReport(teller.root, "kilometres")],
  });
}

export function newest(teller: Teller): string {
  const [id] = runs(teller.root);
  if (id === undefined) throw new Error("the workspace has no run");
  return id;
}
