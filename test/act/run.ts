/**
 * A second opinion on the workflows, from software nobody here wrote:  npm run test:act
 *
 * actionlint and zizmor read every workflow; nektos/act runs the templates, without containers. What cannot be had here (no Go, no network) is said
 * and left out, and is no failure: the tests of `npm test` do not lean on it.
 */
import { pythonEngine, ZIZMOR } from "../engines/python-engine.ts";
import { actOnServer } from "./act-on-server.ts";
import { actRuns } from "./act-runs.ts";
import { ACT, ACTIONLINT, type GoTool, goTool, goVersion } from "./go-tool.ts";
import { actionlint, zizmor } from "./lint.ts";
import { type Finding, print } from "./report.ts";

let wrong = 0;
const leaveOut = (name: string, why: string) => console.log(`- ${name}: left out, it cannot be had here (${why})`);

async function withGoTool(tool: GoTool, check: (path: string) => Finding[] | Promise<Finding[]>): Promise<void> {
  const found = goTool(tool);
  if ("missing" in found) leaveOut(tool.name, found.missing);
  else wrong += print(`${tool.name} ${tool.version}`, await check(found.path));
}

const linter = await pythonEngine(ZIZMOR);
if (linter.bin === null) leaveOut("zizmor", linter.missing);
else wrong += print(`zizmor ${ZIZMOR.version}`, zizmor(linter.bin("zizmor")));

if (goVersion() === null) leaveOut("actionlint and act", "there is no Go");
else {
  await withGoTool(ACTIONLINT, actionlint);
  await withGoTool(ACT, async (act) => [...actRuns(act), ...(await actOnServer(act))]);
}
console.log(wrong === 0 ? "nothing wrong" : `${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
