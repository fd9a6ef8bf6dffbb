import type { Backend, Golden, Target } from "../backend.ts";
import { type FileRef, prettyJson, type Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { ModelState, VersionState } from "../registry/fold/model-state.ts";
import type { EventBody, RegistryEvent } from "../registry/log/event.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import type { Reference } from "../registry/read/reference.ts";
import type { Registry } from "../registry/read/registry.ts";
import { timestamp } from "../time.ts";
import { versionFiles } from "../train/version-files.ts";
import type { Environment, Environments } from "./choose-environment.ts";
import type { Deployment, Smoke } from "./deployment.ts";
import { leadTime } from "./lead-time.ts";
import { judgeProbe, NOT_RUN } from "./smoke.ts";

export interface DeploySettings {
  readonly model: string;
  /** `deploy:` of the model's config. */
  readonly environments: Environments;
  /** Null: the only one there is. */
  readonly environment: string | null;
  /** Null: the newest version. */
  readonly which: Reference["which"];
  /** The version's root digest, where it was shown to somebody before; another one is refused. */
  readonly digest?: string | null;
  readonly reason: string | null;
  readonly rollback: boolean;
  /** True once somebody asked to stop. Before the switch nothing has changed yet; after it the deployment is rolled back. */
  readonly stopped?: () => boolean;
  /** Told once, right before something changes; where it throws, nothing does. What is live already is only checked, and begins nothing. */
  readonly begins?: (deployment: DeploymentBegun) => Promise<void>;
}

/** What goes where, before it is known how it ends. */
export type DeploymentBegun = Pick<Deployment, "model" | "version" | "rootDigest" | "environment">;

export type DeployPorts = Pick<Backend, "store" | "targets" | "clock" | "actor" | "source" | "sha256" | "progress"> & {
  readonly registry: Registry;
};

/** How a deployment ended. Only `live` is a success; `stopped` changed nothing, so it has no document. */
export type DeployResult =
  | {
      readonly outcome: Deployment["outcome"];
      readonly deployment: Deployment;
      readonly events: readonly RegistryEvent[];
    }
  | { readonly outcome: "stopped"; readonly deployment: null; readonly events: readonly [] };

/** What is decided before the target is touched. */
export interface Plan {
  readonly name: string;
  readonly environment: Environment;
  readonly manifest: ModelVersion;
  readonly files: readonly FileRef[];
  readonly golden: Golden | null;
  readonly target: Target;
}
type Live = { readonly version: number | null; readonly rootDigest: Sha256 };

/** One attempt to put a version live, while the target is held. */
export class Attempt {
  readonly #settings: DeploySettings;
  readonly #ports: DeployPorts;
  readonly #plan: Plan;
  readonly #startedAt: string;

  constructor(settings: DeploySettings, ports: DeployPorts, plan: Plan) {
    this.#settings = settings;
    this.#ports = ports;
    this.#plan = plan;
    this.#startedAt = timestamp(ports.clock.now());
  }

  async run(): Promise<DeployResult> {
    const { manifest, target, name } = this.#plan;
    const found = await target.current();
    if (found !== null && found.model !== null && found.model !== manifest.model) {
      throw new TrainyardError("TARGET_FOREIGN", { path: target.location, found: `the model ${found.model}` });
    }
    const state = await this.#ports.registry.state(manifest.model); // again: another deployment may have held the target
    const alias = state.aliases.get(name);
    const previous = await this.#previous(found, state, alias?.version ?? null);

    const started = this.#ports.clock.seconds();
    await target.stage({ ...manifest, files: this.#plan.files }, this.#ports.store);
    this.#done(
      "staged",
      `${this.#plan.files.length} ${this.#plan.files.length === 1 ? "file" : "files"} at ${target.location}`,
      started,
    );
    if (this.#settings.stopped?.() === true) return { outcome: "stopped", deployment: null, events: [] };

    const switched = found?.rootDigest !== manifest.rootDigest;
    const { model, version, rootDigest } = manifest;
    if (switched || alias?.version !== version)
      await this.#settings.begins?.({ model, version, rootDigest, environment: name });
    let recorded = false;
    try {
      if (switched) await target.activate(manifest.rootDigest);
      const smoke = await this.#smoke();
      if (smoke.status === "failed") {
        recorded = true; // from here the failure is told, whatever happens
        return await this.#undo(smoke, previous, alias?.version ?? null);
      }
      const changed = switched || alias?.version !== manifest.version;
      const result = await this.#promote(smoke, previous, { changed, generation: alias?.generation ?? 0 });
      recorded = true;
      await target.prune(this.#plan.environment.keep).catch((error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error); // what is live stays live
        this.#ports.progress.note(`Old versions at ${target.location} could not be removed: ${problem}`);
      });
      return result;
    } catch (error) {
      if (!recorded) await this.#back(previous, alias?.version ?? null);
      throw error;
    }
  }

  /**
   * What to go back to: what the registry says is live. The target says otherwise only when a deployment was killed between its switch and its
   * commit, or somebody changed the link; then the registry's version is staged now, so that there is something to go back to.
   */
  async #previous(found: Live | null, state: ModelState, aliased: number | null): Promise<Live | null> {
    const { manifest, target, name } = this.#plan;
    const expected = aliased === null ? null : (state.versions[aliased - 1] as VersionState);
    if ((expected?.rootDigest ?? null) === (found?.rootDigest ?? null)) return found;
    const said = (version: number | null | undefined) => (typeof version === "number" ? `v${version}` : "nothing");
    this.#ports.progress.note(
      `${name}: the target shows ${found === null ? "nothing" : said(found.version ?? null)}, the registry says ${said(aliased)}: ${found === null ? "either it is a folder of this clone in which nothing was deployed yet, or somebody emptied it" : "an earlier deployment did not end"}. Setting it right.`,
    );
    if (expected === null) return found?.rootDigest === manifest.rootDigest ? null : found;
    if (expected.version !== manifest.version) {
      const former = await this.#ports.registry.manifest(manifest.model, expected.version);
      await target.stage({ ...former, files: await versionFiles(former, this.#ports) }, this.#ports.store);
    }
    return { version: expected.version, rootDigest: expected.rootDigest };
  }

  async #smoke(): Promise<Smoke> {
    const { environment, golden, manifest, target } = this.#plan;
    const stopped = this.#settings.stopped ?? (() => false);
    let smoke = NOT_RUN;
    if (environment.smoke !== undefined && golden !== null) {
      const { url, timeout } = environment.smoke;
      this.#ports.progress.working(`waiting for ${url} to serve v${manifest.version}`, null);
      const probe = await target.probe({ url, timeoutSeconds: timeout, digest: manifest.rootDigest, golden, stopped });
      smoke = judgeProbe(probe, { url, digest: manifest.rootDigest, golden });
    }
    if (stopped()) return { ...smoke, status: "failed", problem: "stopped on request" };
    const live = await target.current();
    if (live?.rootDigest === manifest.rootDigest) return smoke;
    return {
      ...smoke,
      status: "failed",
      problem: `the target shows ${live?.rootDigest ?? "nothing"} after the switch`,
    };
  }

  async #promote(
    smoke: Smoke,
    previous: Live | null,
    { changed, generation }: { changed: boolean; generation: number },
  ): Promise<DeployResult> {
    const { manifest, name } = this.#plan;
    const { registry, clock } = this.#ports;
    const { model, version } = manifest;
    const events = await registry.events(model);
    const lead = await leadTime(manifest, name, events, clock.now(), this.#ports);
    const deployment = this.#document("live", smoke, previous, lead);
    if (!changed) {
      this.#done("live", `v${version} in ${name} already; checked again${smokeWords(smoke)}`);
      return { outcome: "live", deployment, events: [] };
    }
    const digest = await this.#put(deployment);
    const committed = await registry.transact(model, (state) => {
      const withdrawn = state.versions[version - 1]?.withdrawn ?? null;
      if (withdrawn !== null) throw new TrainyardError("VERSION_WITHDRAWN", { model, version, reason: withdrawn });
      const alias = state.aliases.get(name);
      const from = alias?.version ?? null;
      if ((alias?.generation ?? 0) !== generation) {
        const got = from === null ? "nobody" : `v${from}`;
        throw new TrainyardError("ALIAS_MOVED", {
          model,
          alias: name,
          expected: "as when this deployment began",
          got,
        });
      }
      const bodies: EventBody[] = [this.#event(deployment, from, digest)];
      if (from !== version) {
        const reason = this.#settings.reason;
        bodies.push({ type: "alias.set", model, alias: name, from, to: version, generation: generation + 1, reason });
      }
      return { events: bodies, result: null };
    });
    this.#done("live", `v${version} in ${name}${smokeWords(smoke)}`);
    return { outcome: "live", deployment, events: committed.events };
  }

  /** After a failed smoke test: back to what was live, and the attempt on record. The alias never moved. */
  async #undo(smoke: Smoke, previous: Live | null, aliased: number | null): Promise<DeployResult> {
    const { manifest, name } = this.#plan;
    const { model, version } = manifest;
    const back = await this.#back(previous, aliased);
    const deployment = this.#document(back ? "rolled-back" : "failed", smoke, previous, null);
    const digest = await this.#put(deployment);
    const { events } = await this.#ports.registry.transact(model, (state) => ({
      events: [this.#event(deployment, state.aliases.get(name)?.version ?? null, digest)],
      result: null,
    }));
    this.#done(deployment.outcome, `v${version} in ${name}: ${smoke.problem}`);
    return { outcome: deployment.outcome, deployment, events };
  }

  /** Switches back and looks whether it worked. False where there is nothing to go back from: the version was live already, and stays. */
  async #back(previous: Live | null, aliased: number | null): Promise<boolean> {
    const { manifest, target, name } = this.#plan;
    if (aliased === manifest.version) {
      this.#ports.progress.note(
        `v${manifest.version} was live in ${name} before and stays; there is nothing to go back to.`,
      );
      return false;
    }
    await target.activate(previous?.rootDigest ?? null);
    const live = await target.current();
    if ((live?.rootDigest ?? null) === (previous?.rootDigest ?? null)) return true;
    this.#ports.progress.note(`Going back did not work: ${target.location} shows ${live?.rootDigest ?? "nothing"}.`);
    return false;
  }

  #document(
    outcome: Deployment["outcome"],
    smoke: Smoke,
    previous: Live | null,
    lead: Deployment["leadTime"],
  ): Deployment {
    const { manifest, name, target } = this.#plan;
    const { clock, actor } = this.#ports;
    return {
      kind: "trainyard.deployment/v1",
      model: manifest.model,
      version: manifest.version,
      rootDigest: manifest.rootDigest,
      environment: name,
      target: { kind: target.kind, location: target.location },
      outcome,
      rollback: this.#settings.rollback,
      reason: this.#settings.reason,
      previous: previous === null ? null : { version: previous.version, rootDigest: previous.rootDigest },
      smoke,
      leadTime: lead,
      by: actor,
      startedAt: this.#startedAt,
      endedAt: timestamp(clock.now()),
      simulatedClock: clock.simulated,
    };
  }

  #event(deployment: Deployment, from: number | null, digest: Sha256): EventBody {
    const { model, environment, version, rootDigest, outcome, smoke, reason, rollback } = deployment;
    const type = "deploy.recorded";
    return {
      type,
      model,
      environment,
      version,
      rootDigest,
      from,
      outcome,
      smoke: smoke.status,
      reason,
      rollback,
      deployment: digest,
    };
  }

  async #put(deployment: Deployment): Promise<Sha256> {
    const { model, version, environment } = deployment;
    const { digest } = await this.#ports.store.put({ text: prettyJson(deployment) });
    await this.#ports.store.settle({ model, digest, title: `${model} v${version}: deployment to ${environment}` });
    return digest;
  }

  #done(subject: string, text: string, started?: number): void {
    const { progress, clock } = this.#ports;
    progress.done(subject, text, started === undefined ? {} : { seconds: clock.seconds() - started });
  }
}

function smokeWords({ status, seconds }: Smoke): string {
  return status === "passed" ? `, smoke test passed in ${seconds.toFixed(1)} s` : ", smoke test not run";
}
