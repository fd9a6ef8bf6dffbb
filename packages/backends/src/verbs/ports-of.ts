import type { Project } from "../project.ts";

/** The backend with the registry beside it: what core's steps take their ports from. */
export function portsOf(project: Project) {
  return { ...project.backend, registry: project.registry };
}
