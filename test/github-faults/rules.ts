import { config } from "../e2e/toy-project.ts";

/** The toy project's config with a gate that a model as good as production's passes. */
export const rules = config.replace("{ metric: log_loss, improve-by: 0 }", "{ metric: log_loss, margin: 0.02 }");
