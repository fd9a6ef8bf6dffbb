import type { Deployment } from "../../deploy/deployment.ts";
import { markdownCode, markdownText } from "../../escape.ts";
import { moment } from "../format/moment.ts";
import { markdownSentence, plainSentence } from "../phrase.ts";
import { deploymentSentence } from "./deployment-sentence.ts";

const SIGNS: Readonly<Record<Deployment["outcome"], string>> = { live: "✅", "rolled-back": "❌", failed: "❌" };

/** One attempt to go live, in two lines for a job summary. */
export function deploymentMarkdown(deployment: Deployment): string {
  const stamp = [
    markdownText(moment(deployment.endedAt, deployment.simulatedClock)),
    `by ${markdownText(deployment.by.name)}`,
    `${markdownText(deployment.target.kind)} ${markdownCode(deployment.target.location)}`,
    markdownCode(`${deployment.rootDigest.slice(0, 19)}…`),
  ];
  return `${SIGNS[deployment.outcome]} ${markdownSentence(deploymentSentence(deployment))}\n\n${stamp.join(" · ")}\n`;
}

/** The same for a terminal: one line. */
export function deploymentText(deployment: Deployment): string {
  return plainSentence(deploymentSentence(deployment));
}
