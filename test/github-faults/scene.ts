import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAction } from "@trainyard/runner-kit";
import { type ActionName, actions } from "../../actions/index.ts";
import { ToyProject } from "../e2e/toy-project.ts";
import { repository } from "../github-server/shapes.ts";
import { type GithubServer, startGithubServer } from "../github-server/start-github-server.ts";
import type { Call } from "../github-server/world.ts";
import { parseEntries } from "../runner/file-commands.ts";

export interface Trigger {
  readonly run: number;
  readonly event: string;
  readonly sha: string;
  readonly payload: unknown;
}

export interface Step {
  readonly action: ActionName;
  readonly trigger: Trigger;
  readonly permissions: Readonly<Record<string, "read" | "write">>;
  readonly inputs?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly exit: number;
  /** Code of the refusal, "" when there is none. */
  readonly refusal: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
  readonly calls: readonly Call[];
}

/**
 * A repository on the test server and a runner's workspace, which can be put back to where they were: each fault meets the same state.
 * The actions run in this process, as a job would start them, so that hundreds of them take minutes.
 */
export class Scene implements AsyncDisposable {
  readonly toy: ToyProject;
  readonly server: GithubServer;
  readonly folder = mkdtempSync(join(tmpdir(), "trainyard-faults-"));
  readonly #variables: Record<string, string | undefined>;
  #steps = 0;
  #attempts = 1;

  private constructor(toy: ToyProject, server: GithubServer) {
    this.toy = toy;
    this.server = server;
    this.#variables = { ...process.env };
    // The toolkit's own libraries ask the process, not a caller.
    Object.assign(process.env, server.environment, { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" });
  }

  static async start(config: string): Promise<Scene> {
    const toy = new ToyProject({ config });
    const scene = new Scene(toy, await startGithubServer({ from: toy.root }));
    scene.#clone();
    return scene;
  }

  get workspace(): string {
    return join(this.folder, "work");
  }

  #clone(): void {
    const { server, toy } = this;
    execFileSync("git", ["clone", "-q", server.bare, this.workspace], { env: toy.environment });
    const origin = `${server.environment["GITHUB_SERVER_URL"]}/${server.owner}/${server.name}.git`;
    execFileSync("git", ["-C", this.workspace, "remote", "set-url", "origin", origin], { env: toy.environment });
    cpSync(join(toy.root, "data"), join(this.workspace, "data"), { recursive: true });
  }

  /** What GitHub says, asked with a token that may read all of it. */
  async get(path: string): Promise<unknown> {
    const { url, owner, name } = this.server;
    const authorization = `token ${this.server.token("read-all")}`;
    const answer = await fetch(`${url}/repos/${owner}/${name}${path}`, { headers: { authorization } });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** The workspace at a commit of the server's. */
  checkOut(sha: string): void {
    const git = (...words: string[]) =>
      execFileSync("git", ["-C", this.workspace, ...words], { env: this.toy.environment, stdio: "pipe" });
    git("fetch", "-q", this.server.bare, sha);
    git("checkout", "-q", "--force", "--detach", sha);
  }

  async trigger(event: string, sha: string, payload: object = {}, workflow = "model-release.yml"): Promise<Trigger> {
    const its = event === "pull_request" ? { headBranch: "topic" } : {};
    const run = await this.server.startRun({ event, headSha: sha, workflow, ...its });
    return { run: run.id, event, sha, payload: { repository: repository(this.server.world), ...payload } };
  }

  /** "Re-run failed jobs": the same workflow run, one attempt later. */
  rerun({ run }: Trigger): void {
    const there = this.server.state.runs.find(({ id }) => id === run);
    if (there !== undefined) there.attempt = ++this.#attempts; // of an attempt that was undone the service of artifacts knows still
  }

  /** The server and the workspace as they are now; the returned function puts them back. */
  snapshot(): () => void {
    const { server } = this;
    const kept = structuredClone(server.state) as unknown as Record<string, unknown>;
    const refs = this.#refs();
    const copy = join(this.folder, `kept-${++this.#steps}`);
    cpSync(this.workspace, copy, { recursive: true, preserveTimestamps: true });
    return () => {
      for (const [name, value] of Object.entries(structuredClone(kept)))
        restore(server.state as unknown as Record<string, unknown>, name, value);
      for (const [ref] of this.#refs()) if (!refs.has(ref)) this.#git("update-ref", "-d", ref);
      for (const [ref, id] of refs) this.#git("update-ref", ref, id);
      server.faults.clear();
      server.faults.fired.length = 0;
      server.world.skew = 0;
      rmSync(this.workspace, { recursive: true, force: true });
      cpSync(copy, this.workspace, { recursive: true, preserveTimestamps: true });
    };
  }

  #refs(): Map<string, string> {
    const lines = this.#git("for-each-ref", "--format=%(refname) %(objectname)").split("\n").filter(Boolean);
    return new Map(lines.map((line) => line.split(" ") as [string, string]));
  }

  #git(...words: string[]): string {
    return execFileSync("git", ["-C", this.server.bare, ...words], { encoding: "utf8", env: this.toy.environment });
  }

  /** One step of a job, and what it asked the server. */
  async run({ action, trigger, permissions, inputs = {} }: Step): Promise<Ended> {
    const temp = mkdtempSync(join(this.folder, "step-"));
    mkdirSync(join(temp, "temp"));
    const file = (name: string, text = "") => {
      writeFileSync(join(temp, name), text);
      return join(temp, name);
    };
    const { server } = this;
    const job = server.jobEnvironment({ run: trigger.run, job: action, permissions });
    const output = file("output");
    const given = Object.entries({ "github-token": job["GITHUB_TOKEN"] ?? "", store: "releases", ...inputs });
    const environment = {
      ...process.env,
      ...job,
      GITHUB_SHA: trigger.sha,
      GITHUB_EVENT_NAME: trigger.event,
      GITHUB_EVENT_PATH: file("event.json", JSON.stringify(trigger.payload)),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: file("summary"),
      GITHUB_WORKSPACE: this.workspace,
      RUNNER_TEMP: join(temp, "temp"),
      ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    };
    process.env["ACTIONS_RUNTIME_TOKEN"] = job["ACTIONS_RUNTIME_TOKEN"];
    const before = server.calls.length;
    let log = "";
    const write = (text: string) => {
      log += text;
    };
    const real = process.stdout.write;
    process.stdout.write = ((text: string | Uint8Array) => {
      // the toolkit's libraries speak there
      log += typeof text === "string" ? text : Buffer.from(text).toString();
      return true;
    }) as typeof real;
    const exit = await runAction(await actions[action](), { environment, write, version: "0.0.0-test" }).finally(() => {
      process.stdout.write = real;
    });
    const outputs = existsSync(output) ? parseEntries(readFileSync(output, "utf8")) : {};
    return { exit, refusal: outputs["refusal"] ?? "", outputs, log, calls: server.calls.slice(before) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
    await this.server.close();
    this.toy[Symbol.dispose]();
    execFileSync("chmod", ["-R", "u+w", this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Puts a value back into the very collection others hold. */
function restore(state: Record<string, unknown>, name: string, value: unknown): void {
  const there = state[name];
  if (Array.isArray(there)) there.splice(0, there.length, ...(value as unknown[]));
  else if (there instanceof Set || there instanceof Map) {
    there.clear();
    if (there instanceof Set) for (const one of value as Set<unknown>) there.add(one);
    else for (const [key, one] of value as Map<unknown, unknown>) there.set(key, one);
  } else state[name] = value;
}
