import { posix } from "node:path";
import { codeOf, importsOf } from "./scan.ts";

/** Path from the root of the repository, with forward slashes → source text. */
export type Sources = ReadonlyMap<string, string>;

/** Which packages a package may import: the arrows of the layout, which never point back. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  backends: ["core"],
  "runner-kit": ["core", "backends"],
  cli: ["core", "backends"],
  actions: ["core", "backends", "runner-kit"],
};

/** The folders of core along the data's path; each may import those before it. */
const PATH = [
  "refusals",
  "inputs",
  "statistics",
  "check",
  "data",
  "config",
  "registry",
  "train",
  "evaluate",
  "register",
  "deploy",
  "drift",
];

/** Folders that are cut again, and which of their own folders each of these may import; a file beside them imports none unless a row "." says so. */
const CUTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "packages/core/src/registry": {
    log: [],
    fold: ["log"],
    read: ["log", "fold"],
    write: ["log", "fold", "read"],
    verify: ["log", "fold", "read"], // never what writes: the two must not be wrong together
  },
  "packages/core/src/register": {
    version: [],
    change: [],
    look: ["version"],
    bytes: [],
    imports: ["version", "change"],
    gto: ["imports"],
  },
  // Rows, what they add up to, how sure that is; then what a reader looks into and what decides.
  "packages/core/src/evaluate": {
    rows: [],
    metrics: ["rows"],
    parts: ["rows", "metrics"],
    intervals: ["rows", "metrics", "parts"],
    look: ["rows", "metrics", "parts", "intervals"],
    judge: ["rows", "metrics", "parts", "intervals", "look"],
    baseline: ["rows", "judge"],
    differences: [],
    ".": ["rows", "metrics", "intervals", "judge", "baseline", "differences"],
  },
  // Numbers, what is said, and the faces it is said on.
  "packages/core/src/report": {
    format: [],
    svg: ["format"],
    verdict: ["format"],
    text: ["format", "verdict"],
    html: ["format", "svg", "verdict"],
    markdown: ["format", "verdict"],
    deployment: ["format"],
    drift: ["format", "svg", "verdict", "text", "html", "markdown"],
    record: ["format", "text", "verdict"],
    review: ["format", "verdict", "markdown"],
    ".": ["format", "svg", "verdict", "text", "html", "markdown", "deployment", "drift", "record", "review"],
  },
  "packages/backends/src": {
    local: [],
    tables: [],
    process: ["local"],
    config: ["local"],
    git: ["local"],
    targets: ["local"],
    github: ["local", "git"],
    imports: ["local", "config", "git"],
    mirror: ["git"],
    setup: ["git"],
    doctor: ["local", "config", "git", "process", "github", "setup"],
    verbs: ["local", "tables", "process", "config", "git", "targets", "github", "imports", "mirror", "setup", "doctor"],
    ".": ["local", "tables", "process", "config", "git", "targets", "verbs"], // index.ts and what opens a project
  },
  // What is shown knows nothing of the registry, and neither of releases; all use the one client.
  "packages/backends/src/github": { call: [], registry: ["call"], store: ["call"], show: ["call"], runs: ["call"] },
  // A bundle is handed on by steps, steps are judged, and jobs put the three together.
  "packages/runner-kit/src": {
    lazy: [],
    bundle: ["lazy"],
    step: ["bundle", "lazy"],
    review: ["bundle", "lazy", "step"],
    job: ["bundle", "lazy", "step", "review"],
    ".": ["lazy", "step", "review"], // index.ts, and what an action loads later
  },
};

const MAX_LINES = 400;
const isTest = (path: string) => path.endsWith(".test.ts") || path.startsWith("test/");
const packageOf = (path: string) => /^(?:packages\/([^/]+)\/src|(actions))\//.exec(path)?.slice(1).find(Boolean);
const folderOfCore = (path: string) => /^packages\/core\/src\/([^/]+)\//.exec(path)?.[1];
/** Which folder of a cut one a path is in: "." beside them all, undefined outside. */
const partOf = (cut: string, path: string) =>
  path.startsWith(`${cut}/`) ? (/^([^/]+)\//.exec(path.slice(cut.length + 1))?.[1] ?? ".") : undefined;
const linesOf = (source: string) => source.split("\n").length - (source.endsWith("\n") ? 1 : 0);

function* productFiles(sources: Sources) {
  for (const [path, source] of sources) {
    const name = packageOf(path);
    if (name !== undefined && !isTest(path)) yield { path, source, name };
  }
}

/** Where an import leads inside the repository; undefined for a package of somebody else. */
function target(from: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier);
  const [, name, entry] = /^@trainyard\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  if (specifier === "trainyard") return "packages/cli/src/index.ts";
  if (name === undefined) return undefined;
  const source = name === "actions" ? "actions" : `packages/${name}/src`;
  return entry === undefined ? `${source}/index.ts` : `${source}/${entry}/index.ts`;
}

export function backwardImports(sources: Sources): string[] {
  const found: string[] = [];
  for (const { path, source, name } of productFiles(sources)) {
    for (const { specifier } of importsOf(source)) {
      const to = target(path, specifier);
      if (to === undefined) {
        if (name === "core" && specifier !== "zod") found.push(`${path} imports ${specifier}: core knows zod only`);
        continue;
      }
      const other = packageOf(to) ?? "nothing we publish";
      if (other !== name && specifier.startsWith(".")) found.push(`${path} reaches out of its package to ${to}`);
      else if (other !== name && !ARROWS[name]?.includes(other)) found.push(`${path}: ${name} may not import ${other}`);
      if (folderOfCore(to) === "testing" && folderOfCore(path) !== "testing")
        found.push(`${path} imports core/testing, which is for tests`);
    }
  }
  return found;
}

export function importCycles(sources: Sources): string[] {
  const found: string[] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (path: string, trail: readonly string[]) => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    for (const { specifier } of importsOf(sources.get(path) ?? "")) {
      const to = target(path, specifier);
      if (to !== undefined && sources.has(to)) visit(to, [...trail, path]);
    }
    state.set(path, "done");
  };
  for (const path of sources.keys()) if (packageOf(path) !== undefined) visit(path, []);
  return found;
}

export function againstTheDataPath(sources: Sources): string[] {
  const found: string[] = [];
  for (const { path, source } of productFiles(sources)) {
    const folder = folderOfCore(path);
    if (folder === undefined || folder === "testing") continue;
    if (folder !== "report" && !PATH.includes(folder))
      found.push(`${path}: the folder ${folder} has no place on the data's path yet; give it one in rules.ts`);
    for (const { specifier } of importsOf(source)) {
      const to = target(path, specifier);
      if (to === "packages/core/src/index.ts") found.push(`${path} imports the index that exports it`);
      const other = to && folderOfCore(to);
      if (other === undefined || other === folder || folder === "report") continue;
      if (other === "report") found.push(`${path}: ${folder} imports report; only index.ts may`);
      else if (PATH.indexOf(other) > PATH.indexOf(folder)) found.push(`${path}: ${folder} stands before ${other}`);
    }
  }
  return found;
}

export function againstTheCuts(sources: Sources): string[] {
  const found: string[] = [];
  for (const { path, source } of productFiles(sources))
    for (const [cut, parts] of Object.entries(CUTS)) {
      const part = partOf(cut, path);
      if (part === undefined) continue;
      const name = posix.basename(cut) === "src" ? cut.split("/")[1] : posix.basename(cut);
      const known = parts[part] ?? (part === "." ? [] : undefined);
      if (known === undefined) {
        found.push(`${path}: the folder ${name}/${part} has no place yet; give it one in rules.ts`);
        continue;
      }
      for (const { specifier } of importsOf(source)) {
        const other = partOf(cut, target(path, specifier) ?? "");
        if (other === undefined || other === "." || other === part || known.includes(other)) continue;
        found.push(`${path}: ${part === "." ? `a file of ${name} itself` : part} may not import ${other}`);
      }
    }
  return found;
}

/** What the compiler and the linter forbid as well; here it is one list that shows all of it. */
const IMPURE: readonly { name: string; pattern: RegExp; time?: RegExp }[] = [
  // time.ts may do calendar arithmetic on an instant it is given; it may not ask for the present one.
  { name: "Date", pattern: /(?<![.\w$])Date\b/, time: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())/ },
  { name: "Math.random", pattern: /\bMath\s*\.\s*random\b/ },
  { name: "a timer", pattern: /(?<![.\w$])set(?:Timeout|Interval|Immediate)\b/ },
  { name: "fetch", pattern: /(?<![.\w$])fetch\s*\(/ },
  { name: "process", pattern: /(?<![.\w$])process\s*[.[]/ },
  { name: "globalThis", pattern: /(?<![.\w$])globalThis\b/ },
  { name: "performance", pattern: /(?<![.\w$])performance\s*\./ },
  { name: "crypto", pattern: /(?<![.\w$])crypto\s*\./ },
];

export function impureCore(sources: Sources): string[] {
  const found: string[] = [];
  for (const { path, source, name } of productFiles(sources)) {
    if (name !== "core") continue;
    for (const { specifier } of importsOf(source))
      if (specifier.startsWith("node:")) found.push(`${path} imports ${specifier}`);
    const code = codeOf(source);
    for (const { name: what, pattern, time } of IMPURE) {
      const forbidden = path === "packages/core/src/time.ts" ? (time ?? pattern) : pattern;
      if (forbidden.test(code)) found.push(`${path} uses ${what}`);
    }
  }
  return found;
}

export function longFiles(sources: Sources): string[] {
  return [...sources]
    .filter(([path, source]) => !isTest(path) && linesOf(source) > MAX_LINES)
    .map(([path, source]) => `${path} has ${linesOf(source)} lines; ${MAX_LINES} is the most`);
}

export function unclearNames(sources: Sources): string[] {
  const vague = /(?:^|[/.-])(?:utils?|helpers?|common|managers?)(?=[/.-])/;
  return [...sources.keys()].filter((path) => vague.test(path)).map((path) => `${path}: name it after what it does`);
}

export function unclearExports(sources: Sources): string[] {
  const found: string[] = [];
  for (const { path, source } of productFiles(sources)) {
    const code = codeOf(source);
    if (/(?<![.\w$])export\s+default\b|\bas\s+default\b/.test(code)) found.push(`${path} has a default export`);
    if (/(?<![.\w$])export\s+(?:type\s+)?\*/.test(code)) found.push(`${path} exports everything of another file`);
  }
  return found;
}
