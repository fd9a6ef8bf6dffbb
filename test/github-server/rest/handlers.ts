import type { Handlers } from "../exchange.ts";
import { artifacts } from "./artifacts.ts";
import { assets } from "./assets.ts";
import { checks } from "./checks.ts";
import { deployments } from "./deployments.ts";
import { gitData } from "./git-data.ts";
import { issues } from "./issues.ts";
import { pulls } from "./pulls.ts";
import { releases } from "./releases.ts";
import { repositories } from "./repositories.ts";
import { runs } from "./runs.ts";

/** Every operation of the REST API that is served, by GitHub's own id. */
export const handlers: Handlers = {
  ...repositories,
  ...gitData,
  ...releases,
  ...assets,
  ...issues,
  ...checks,
  ...pulls,
  ...runs,
  ...artifacts,
  ...deployments,
};
