import { byteSize, chooseModel, TrainyardError, z } from "@trainyard/core";
import { command } from "../command.ts";

export const download = command({
  about:
    "Writes the files of a version into a folder, each held against its digest. What is there already, and is the same, is left; nothing is overwritten. With --data the data that `train` kept with it comes too (`keep: true` in trainyard.yaml), below its own paths. With --repository the bytes come from a repository's releases on GitHub and no clone is needed (the token is read from GITHUB_TOKEN or GH_TOKEN).",
  examples: [
    ["trainyard download churn@production", "into churn-v12/"],
    ["trainyard download churn@12 --to model --data", "with the rows it was trained on"],
    ["GITHUB_TOKEN=$(gh auth token) trainyard download churn@production --repository octo/churn", "from anywhere"],
  ],
  inputs: z.strictObject({
    model: z.string().optional().describe("MODEL@VERSION").meta({ positional: true, placeholder: "MODEL@VERSION" }),
    to: z.string().min(1).optional().describe("the folder; without it MODEL-vVERSION").meta({ placeholder: "DIR" }),
    data: z.boolean().default(false).describe("the data that was kept with it too"),
    repository: z
      .string()
      .optional()
      .describe("the releases of this repository on GitHub; no clone is needed")
      .meta({ placeholder: "OWNER/NAME" }),
  }),
  stops: false,
  async run({ model, to, data, repository }, { folder, environment, terminal, project }) {
    const { downloadFromGithub, downloadVerb } = await import("@trainyard/backends/verbs/download");
    const { progress } = terminal;
    const needed = "no config says here which model is meant";
    if (repository !== undefined && model === undefined)
      throw new TrainyardError("INPUT_MISSING", { input: "MODEL@VERSION", needed });
    const done =
      repository === undefined
        ? await fromHere()
        : await downloadFromGithub(folder, { name: model ?? "", to, data, repository }, { environment, progress });
    if (done.withdrawn !== null) progress.note(`v${done.version} was withdrawn: ${done.withdrawn}`);
    const size = byteSize(done.files.reduce((sum, file) => sum + file.size, 0));
    const files = done.files.length === 1 ? "1 file" : `${done.files.length} files`;
    return { json: done, text: `${done.model}@${done.version}: ${files}, ${size}, in ${done.folder}`, exit: 0 };

    async function fromHere() {
      const { backend, registry, config } = await project();
      const name = model ?? chooseModel(config, null).model;
      return downloadVerb(folder, { name, to, data }, { registry, store: backend.store, progress });
    }
  },
});
