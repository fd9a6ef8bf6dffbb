import { isAbsolute, matchesGlob, relative } from "node:path";

const GLOB = /[*?[\]{}]/;

/**
 * Whether a path of the project is named by patterns as trainyard.yaml has them: a file, a folder and everything below it, or a glob of either.
 * Done here and not by git, whose globs know no `{a,b}`.
 *
 * @param root The project's folder, absolute; patterns that are absolute count where they lie in it.
 */
export function pathFilter(root: string, patterns: readonly string[]): (path: string) => boolean {
  const clean = patterns
    .map((pattern) => (isAbsolute(pattern) ? relative(root, pattern).replaceAll("\\", "/") : pattern))
    .map((pattern) => pattern.replace(/^(?:\.\/+)+/, "").replace(/\/+$/, ""));
  const names = new Set(clean);
  const globs = clean.filter((pattern) => GLOB.test(pattern));
  const isNamed = (path: string) => names.has(path) || globs.some((glob) => matchesGlob(path, glob));
  const folders = new Map<string, boolean>();
  const inside = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const slash = folder.lastIndexOf("/");
    const named = isNamed(folder) || (slash > 0 && inside(folder.slice(0, slash)));
    folders.set(folder, named);
    return named;
  };
  return (path) => {
    const plain = path.replace(/\/$/, ""); // git names a repository inside this one as a folder
    const slash = plain.lastIndexOf("/");
    return isNamed(plain) || (slash > 0 && inside(plain.slice(0, slash)));
  };
}
