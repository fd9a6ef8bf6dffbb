import type { Deployment } from "../../deploy/deployment.ts";
import { duration } from "../../time.ts";
import { plainNumber } from "../format/number.ts";
import type { Phrase, Sentence } from "../phrase.ts";

/** "flight-delays v2 is live in **production**, in place of v1." and how it was tested, in one or two sentences. */
export function deploymentSentence(deployment: Deployment): Sentence {
  const { model, version, environment, previous, outcome, rollback, reason } = deployment;
  const what = `${model} v${version}`;
  const before = previous?.version ?? null;
  const because: Phrase[] = reason === null ? [] : [` Reason: ${reason.trim().replace(/[.\s]+$/, "")}.`];
  const kept = before === null ? "nothing is live there" : `v${before} stays live`;
  const said: Phrase[] =
    outcome === "live"
      ? [
          rollback ? `Rolled back: ${what} is live in ` : `${what} is live in `,
          { strong: environment },
          before === null || before === version ? "." : `, in place of v${before}.`,
        ]
      : outcome === "rolled-back"
        ? [`${what} did not go live in `, { strong: environment }, `; rolled back, ${kept}.`]
        : [`${what} could not be deployed to `, { strong: environment }, `; ${kept}.`];
  return [...said, ...because, ...smokeClause(deployment), ...leadTimeClause(deployment)];
}

function smokeClause({ smoke }: Deployment): Phrase[] {
  if (smoke.status === "not-run") return [" Smoke test: not run."];
  if (smoke.status === "failed")
    return [` Smoke test failed: ${(smoke.problem ?? "no reason was given").trim().replace(/[.\s]+$/, "")}.`];
  const near =
    smoke.maxDifference === null
      ? ""
      : `, golden answer within ${smoke.maxDifference === 0 ? "0" : smoke.maxDifference < 1e-4 ? smoke.maxDifference.toExponential(0).replace("-", "−") : plainNumber(smoke.maxDifference)}`;
  return [` Smoke test passed in ${duration(smoke.seconds)}${near}.`];
}

/** Of a version that is put back it was said when it first went live. */
function leadTimeClause({ leadTime, outcome, rollback }: Deployment): Phrase[] {
  if (leadTime === null || outcome !== "live" || rollback) return [];
  return [` From ${leadTime.from === "drift" ? "alarm" : "commit"} to live: ${duration(leadTime.seconds)}.`];
}
