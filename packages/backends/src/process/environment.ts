/** What a command may see without being asked for: where programs are, language, threads, accelerators. Nothing that is a secret. */
const BASE = [
  ..."PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TERM TMPDIR TEMP TMP LD_LIBRARY_PATH DYLD_LIBRARY_PATH VIRTUAL_ENV".split(
    " ",
  ),
  ..."SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME".split(
    " ",
  ),
  ..."HF_HOME TORCH_HOME JAVA_HOME R_HOME R_LIBS R_LIBS_USER JULIA_DEPOT_PATH SOURCE_DATE_EPOCH".split(" "),
  ..."LC_* CUDA_* NVIDIA_* ROCR_* HIP_* NCCL_* CUBLAS_* XLA_* CONDA_* PYENV_* PYTHON* OMP_* MKL_* OPENBLAS_* NUMEXPR_*".split(
    " ",
  ),
];

/** Belongs to the runner, and opens the repository: only by its full name, never by a prefix. */
const RUNNERS_OWN = /^(?:ACTIONS_|INPUT_|GITHUB_TOKEN$|GH_TOKEN$)/;
const SECRET_LOOKING =
  /(?:^|_)(?:TOKEN|SECRETS?|PASS|PASSWORD|PASSWD|PASSPHRASE|AUTH|(?:[A-Z]*_?)KEY|CREDENTIALS?)(?:_|$)/;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The environment of a command: the safe base, what `passOn` names (`NAME`, `PREFIX*`), and what we hand over ourselves.
 *
 * @returns `secrets`: the values `passOn` let through; they are masked in everything the command prints.
 */
export function commandEnvironment(
  ours: Variables,
  passOn: readonly string[],
  own: Readonly<Record<string, string>>,
): { environment: Record<string, string>; secrets: string[] } {
  const environment: Record<string, string> = { PYTHONUNBUFFERED: "1" }; // else what Python prints into a file comes late
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(ours)) {
    if (value === undefined) continue;
    const passed = passOn.some((pattern) => pattern === name || (!RUNNERS_OWN.test(name) && isPrefixOf(pattern, name)));
    const safe = !SECRET_LOOKING.test(name) && BASE.some((pattern) => pattern === name || isPrefixOf(pattern, name));
    if (passed || safe) environment[name] = value;
    if (passed) secrets.push(value);
  }
  return { environment: { ...environment, ...own }, secrets };
}

function isPrefixOf(pattern: string, name: string): boolean {
  return pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1));
}
