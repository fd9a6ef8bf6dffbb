import type { Action } from "@trainyard/runner-kit";

/** The five verbs, `plan` and `resume`, each loaded only when it runs: the literal names make one chunk of each in the bundle. */
export const actions = {
  plan: async (): Promise<Action> => (await import("./plan/main.ts")).plan,
  train: async (): Promise<Action> => (await import("./train/main.ts")).train,
  evaluate: async (): Promise<Action> => (await import("./evaluate/main.ts")).evaluate,
  register: async (): Promise<Action> => (await import("./register/main.ts")).register,
  deploy: async (): Promise<Action> => (await import("./deploy/main.ts")).deploy,
  "drift-check": async (): Promise<Action> => (await import("./drift-check/main.ts")).driftCheck,
  resume: async (): Promise<Action> => (await import("./resume/main.ts")).resume,
} as const;

export type ActionName = keyof typeof actions;
