/** GitHub's own machines, which are new for each job; all others are somebody's, with the label `self-hosted` or without. */
export function isHosted(labels: readonly string[]): boolean {
  return labels.length > 0 && labels.every((label) => /^(?:ubuntu|windows|macos)-/i.test(label));
}

/** Whether one runner may take both jobs: it takes any whose labels it has all, so the fewer are among the more. */
export function mayMeet(one: readonly string[], other: readonly string[]): boolean {
  const [few, many] = one.length < other.length ? [one, other] : [other, one];
  const there = new Set(many.map((label) => label.toLowerCase()));
  return few.every((label) => there.has(label.toLowerCase()));
}
