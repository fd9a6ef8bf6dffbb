/**
 * Brings back files of an earlier job from the cache of the repository.
 * @returns The key that was found, null when there is none or the cache is not available here.
 */
export async function restoreCache(
  paths: readonly string[],
  key: string,
  otherKeys: readonly string[] = [],
): Promise<string | null> {
  const cache = await import("@actions/cache");
  if (!cache.isFeatureAvailable()) return null;
  return (await cache.restoreCache([...paths], key, [...otherKeys])) ?? null;
}

/** Keeps files for later jobs. @returns False where the cache is not available or may not be written: a cache is never needed. */
export async function saveCache(paths: readonly string[], key: string): Promise<boolean> {
  const cache = await import("@actions/cache");
  return cache.isFeatureAvailable() && (await cache.saveCache([...paths], key)) >= 0;
}
