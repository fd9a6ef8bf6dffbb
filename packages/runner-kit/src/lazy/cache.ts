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
