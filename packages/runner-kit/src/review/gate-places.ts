import { ask } from "@trainyard/backends/github/call/ask";
import {
  anchorCheckId,
  fairnessCheckId,
  furtherBaseline,
  type GateNotice,
  gateCheckId,
  gateNotices,
  isRefusal,
  sliceCheckId,
  z,
} from "@trainyard/core";
import type { Judged, Setting } from "./judge-runs.ts";
import { configPath } from "./judging-rules.ts";

const Content = z.object({ type: z.literal("file"), encoding: z.literal("base64"), content: z.string() });
const Written = z.object({ metric: z.string() }).catchall(z.unknown());

/**
 * What a check says at the lines of trainyard.yaml, by model. The lines are those of the commit that carries the check, which need not be what is
 * checked out; where that has other gates than those that judged, the model's own line is taken.
 * @throws what GitHub refuses; a config that is not there or not to be read has line 1
 */
export async function noticesOf(
  judged: readonly Judged[],
  { project, job, occasion, workspace }: Setting,
): Promise<Map<string, GateNotice[]>> {
  const path = configPath(workspace, project.root);
  const unplaced = judged.flatMap(({ report }) => (report === null ? [] : [report])).filter(saysSomething);
  if (unplaced.length === 0) return new Map();
  const lineOf = await linesOf(job.github, path, occasion.sha);
  return new Map(
    unplaced.map((report) => [
      report.model,
      gateNotices(report, (id, subject) => ({ path, line: lineOf(report.model, id, subject) })),
    ]),
  );
}

function saysSomething(report: Parameters<typeof gateNotices>[0]): boolean {
  return gateNotices(report, () => ({ path: "", line: 1 })).length > 0;
}

async function linesOf(
  github: Setting["job"]["github"],
  path: string,
  ref: string,
): Promise<(model: string, id: string, subject: string) => number> {
  const nowhere = () => 1;
  const found = await ask(github, "GET /repos/{owner}/{repo}/contents/{path}", { path, ref }, Content).catch(
    (error: { status?: number }) => {
      if (error.status === 404) return null;
      throw error;
    },
  );
  if (found === null) return nowhere;
  const { parseYamlText } = await import("@trainyard/backends/config/yaml-text"); // a YAML parser is 10 ms of start-up
  try {
    const yaml = parseYamlText(Buffer.from(found.content, "base64"), path);
    return (model, id, subject) => {
      const rules = ["models", model, "evaluate"];
      for (const name of ["gates", "fairness"]) {
        const list = [...rules, name].reduce<unknown>((value, key) => own(value, key), yaml.value);
        const at = Array.isArray(list) ? list.findIndex((rule) => stands(rule, id, subject)) : -1;
        if (at >= 0) return yaml.line([...rules, name, at]);
      }
      return yaml.line(rules, true);
    };
  } catch (error) {
    if (isRefusal(error)) return nowhere;
    throw error;
  }
}

function stands(gate: unknown, id: string, subject: string): boolean {
  const { success, data } = Written.safeParse(gate);
  if (!success || data.metric !== subject) return false;
  const own = id.slice(0, id.length - (furtherBaseline({ id, subject })?.length ?? -1) - 1); // without "@champion v2"
  return [
    gateCheckId(data),
    sliceCheckId(data),
    ...(data["column"] === undefined ? [] : [fairnessCheckId(data)]),
    ...(data["margin"] === undefined && data["margin-rel"] === undefined ? [] : [anchorCheckId({ subject })]),
  ].includes(own);
}

function own(value: unknown, key: string): unknown {
  return value !== null && typeof value === "object" && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
