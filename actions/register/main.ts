import { markdownFence, RegisterInputs, registrationText } from "@trainyard/core";
import { action, type Job } from "@trainyard/runner-kit";

export const register = action({
  name: "register",
  title: "Trainyard register",
  summary: "Record the evaluation, and give a run that passed it the model's next version number",
  inputs: RegisterInputs,
  outputs: {
    version: "the version, like `flight-delays@12`; empty when the verdict was against it",
    "root-digest": "digest of the version's files; empty when there is none",
    registered: "`true` when there is a version of these bytes now, new or known before",
  },
  permissions: [
    { scope: "contents", access: "write", why: "facts are pushed to the branch trainyard/registry" },
    { scope: "actions", access: "read", why: "the run bundle comes from the job that trained" },
  ],
  async run(inputs, job) {
    const { registered, folder } = await registerInJob(inputs, job);
    const { version } = registered;
    const text = registrationText(registered);
    return {
      outputs: {
        version: version === null ? "" : `${version.model}@${version.version}`,
        "root-digest": version?.rootDigest ?? "",
        registered: String(version !== null),
      },
      summary: `### ${version === null ? "Not registered" : `${version.model} v${version.version}`}\n\n${markdownFence([text])}\n`,
      text,
      exit: registered.exit,
      made: folder === null ? [] : (version?.files.map(({ path }) => `${folder}/outputs/${path}`) ?? []),
    };
  },
});

/** On GitHub what a job before this one handed on, with the folder it lies in; elsewhere what was trained here, where train has named its files. */
async function registerInJob(inputs: RegisterInputs, job: Job) {
  const github = await job.github();
  if (github !== null && inputs.run.length === 0)
    return (await import("@trainyard/runner-kit/register-handed-on")).registerHandedOn(inputs, job, github);
  const project = await job.project();
  const { registerVerb } = await import("@trainyard/backends/verbs/register"); // no start needs it before there is a project
  return { registered: await registerVerb(project, inputs), folder: null };
}
