import { endingBrokenAnswers } from "./end-broken-answers.ts";

/**
 * Brings back files of an earlier job from the cache of the repository. @actions/cache costs 150 ms of start-up, so only who needs it loads it.
 *
 * @param paths As they were given when the entry was saved: an entry is found under the same ones only.
 * @returns The key that was found, null when there is none or the cache is not available here.
 */
export async function restoreCache(
  paths: readonly string[],
  key: string,
  otherKeys: readonly string[] = [],
): Promise<string | null> {
  const cache = await import("@actions/cache");
  if (!cache.isFeatureAvailable()) return null;
  return (await endingBrokenAnswers(() => cache.restoreCache([...paths], key, [...otherKeys]))) ?? null;
}

/**
 * Keeps files for later jobs in the cache of the repository. A key is written once.
 * @returns False where nothing was kept: no cache here, or one this job may only read. The library has said why in the log.
 */
export async function saveCache(paths: readonly string[], key: string): Promise<boolean> {
  const cache = await import("@actions/cache");
  return cache.isFeatureAvailable() && (await endingBrokenAnswers(() => cache.saveCache([...paths], key))) !== -1;
}
