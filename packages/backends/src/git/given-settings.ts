/** Settings for one process, after those that its surroundings give it the same way (git-config(1), GIT_CONFIG_COUNT). */
export function variablesOf(settings: readonly (readonly [key: string, value: string])[]): Record<string, string> {
  const given = Number(process.env.GIT_CONFIG_COUNT ?? 0);
  const first = Number.isSafeInteger(given) && given > 0 ? given : 0;
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(first + settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${first + index}`] = key;
    variables[`GIT_CONFIG_VALUE_${first + index}`] = value;
  }
  return variables;
}
