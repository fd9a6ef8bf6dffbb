/** The path of a python that has the locked packages, in a virtual environment at `dir`, made when absent or outdated. @throws SetupError */
export function ensureVenv(options?: { dir?: string; env?: NodeJS.ProcessEnv; say?: (line: string) => void }): Promise<string>;
export class SetupError extends Error {}
