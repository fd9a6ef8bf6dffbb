import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "./report.ts";

export const ROOT = join(import.meta.dirname, "../..");

/** actionlint 1.7.12 does not know the newest key of `concurrency`; GitHub's own schema does. */
const NOT_KNOWN_YET = 'unexpected key "queue" for "concurrency" section';

const files = (): string[] => globSync(["workflows-templates/*.yml", ".github/workflows/*.yml"], { cwd: ROOT }).sort();

export function actionlint(path: string): Finding[] {
  return files().map((file) => {
    const words = ["-no-color", "-config-file", "test/act/actionlint.yaml", "-ignore", NOT_KNOWN_YET, file];
    const { status, stdout, stderr } = spawnSync(path, words, { cwd: ROOT, encoding: "utf8" });
    return { what: file, problem: status === 0 ? null : `${stdout}${stderr}` };
  });
}

export function zizmor(path: string): Finding[] {
  return [...files(), ...globSync("actions/*/action.yml", { cwd: ROOT }).sort()].map((file) => {
    const words = ["--offline", "--no-progress", "--color=never", "--persona=pedantic", "--strict-collection"];
    const { status, stdout, stderr } = spawnSync(path, [...words, "--config", "test/act/zizmor.yml", file], {
      cwd: ROOT,
      encoding: "utf8",
    });
    return { what: file, problem: status === 0 ? null : `${stdout}${stderr}` };
  });
}
