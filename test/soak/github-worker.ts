/** One verb of the fault matrix:  node --conditions=trainyard-source github-worker.ts VERB EVERY. Its last line on stdout is the result. */
import { casesOf } from "../github-faults/matrix.ts";
import { rules } from "../github-faults/rules.ts";
import { Scene } from "../github-faults/scene.ts";
import { verbs } from "../github-faults/verbs.ts";

const [name, every] = process.argv.slice(2);
const verb = verbs.find((one) => one.name === name);
if (verb === undefined) throw new Error(`there is no verb ${name}`);
process.setMaxListeners(0); // each step listens for signals, as a process of its own would
await using scene = await Scene.start(rules);
let [cases, wrong] = [0, 0];
const began = performance.now();
const tried = await casesOf(
  scene,
  verb,
  (index) => index % Number(every) === 0,
  ({ problems }) => {
    if (problems.length > 0) wrong++;
    if (++cases % 20 !== 0) return;
    const minutes = (performance.now() - began) / 60_000;
    process.stderr.write(`${name}: ${cases} cases so far, ${wrong} wrong, ${minutes.toFixed(1)} min\n`);
  },
);
process.stdout.write(`\n${JSON.stringify(tried)}\n`);
process.exit(); // a test server that hangs on to a dropped connection must not keep the result
