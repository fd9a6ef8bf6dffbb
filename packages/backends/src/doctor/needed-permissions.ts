/** One grant that an action asks for; with `inputs`, only where one of them is given. */
export interface NeededPermission {
  readonly scope: string;
  readonly access: "read" | "write";
  readonly inputs: readonly string[];
}

/** What each of our actions needs, as its action.yml says. Written by `npm run generate`. */
export const neededPermissions: Readonly<Record<string, readonly NeededPermission[]>> = {
  deploy: [
    { scope: "contents", access: "write", inputs: [] },
    { scope: "deployments", access: "write", inputs: [] },
  ],
  "drift-check": [
    { scope: "contents", access: "write", inputs: [] },
    { scope: "issues", access: "write", inputs: [] },
    { scope: "actions", access: "write", inputs: [] },
  ],
  evaluate: [
    { scope: "contents", access: "read", inputs: [] },
    { scope: "actions", access: "read", inputs: [] },
    { scope: "pull-requests", access: "write", inputs: [] },
    { scope: "checks", access: "write", inputs: [] },
  ],
  plan: [{ scope: "contents", access: "read", inputs: [] }],
  register: [
    { scope: "contents", access: "write", inputs: [] },
    { scope: "actions", access: "read", inputs: [] },
  ],
  resume: [
    { scope: "actions", access: "write", inputs: [] },
    { scope: "checks", access: "read", inputs: [] },
  ],
  train: [
    { scope: "contents", access: "read", inputs: [] },
    { scope: "actions", access: "read", inputs: ["reuse", "bundle"] },
    { scope: "pull-requests", access: "read", inputs: ["reuse"] },
  ],
};
