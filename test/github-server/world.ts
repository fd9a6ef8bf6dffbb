import type { Faults } from "./faults.ts";
import type { FileStore } from "./file-store.ts";
import type { GitRepository, Person } from "./git-repository.ts";
import { type Artifact, emptyState, type State } from "./state.ts";
import { Tokens } from "./tokens.ts";

/** One request that came in, in the order they came. */
export interface Call {
  readonly kind: "rest" | "graphql" | "git" | "upload" | "download" | "results";
  readonly method: string;
  /** The template of GitHub's description (`/repos/{owner}/{repo}/releases`), or the path. */
  readonly route: string;
  readonly path: string;
  /** `repos/create-release`, the field of a GraphQL call, the service of git; null when nothing is known there. */
  readonly operation: string | null;
  /** 0 until it is answered, and when the connection was dropped instead. */
  status: number;
  fault: string | null;
}

/** Everything a handler may look at or change. */
export class World {
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly git: GitRepository;
  readonly files: FileStore;
  readonly faults: Faults;
  readonly state: State = emptyState();
  readonly tokens = new Tokens();
  readonly calls: Call[] = [];
  /** What clients, or this server, did against GitHub's description; tests assert that there is none. */
  readonly violations: string[] = [];
  /** Seconds that this server's clock is ahead. */
  skew = 0;
  url = "";
  /** The other origin: where bytes are, as GitHub's lie with others. */
  blobUrl = "";
  #id = 1000;
  #number = 0;

  constructor(options: Pick<World, "owner" | "name" | "defaultBranch" | "git" | "files" | "faults">) {
    this.owner = options.owner;
    this.name = options.name;
    this.defaultBranch = options.defaultBranch;
    this.git = options.git;
    this.files = options.files;
    this.faults = options.faults;
  }

  get slug(): string {
    return `${this.owner}/${this.name}`;
  }

  /** The REST address of the repository. */
  get api(): string {
    return `${this.url}/repos/${this.slug}`;
  }

  get serverUrl(): string {
    // The toolkit takes any other name for a server of GitHub Enterprise; `*.localhost` is the loopback for curl and for git.
    return this.url.replace("127.0.0.1", "github.localhost");
  }

  get html(): string {
    return `${this.serverUrl}/${this.slug}`;
  }

  nextId(): number {
    return ++this.#id;
  }

  /** Issues and pull requests are numbered together. */
  nextNumber(): number {
    return ++this.#number;
  }

  now(): string {
    return new Date(Date.now() + 1000 * this.skew).toISOString().replace(/\.\d+Z$/, "Z");
  }

  /** An expired artifact is still told of; its bytes cannot be had. */
  hasExpired({ expired, expiresAt }: Artifact): boolean {
    return expired || Date.parse(expiresAt) <= Date.parse(this.now());
  }

  bot(): Person {
    return {
      name: "github-actions[bot]",
      email: "41898282+github-actions[bot]@users.noreply.github.com",
      date: this.now(),
    };
  }

  async branch(name: string): Promise<string | null> {
    return this.git.resolve(`refs/heads/${name}`);
  }
}
