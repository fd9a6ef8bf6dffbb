const DAY = 86_400_000;

/** Days from `from` up to and including `to`, as 2001-03-01. */
export function days(from: string, to: string): string[] {
  const all: string[] = [];
  for (let day = Date.parse(from); day <= Date.parse(to); day += DAY)
    all.push(new Date(day).toISOString().slice(0, 10));
  return all;
}

export function dayBefore(day: string, count = 1): string {
  return new Date(Date.parse(day) - count * DAY).toISOString().slice(0, 10);
}

/** Six in the morning, UTC: when the story's jobs run, after the labels of the day before have come in. */
export function morning(day: string): string {
  return `${day}T06:00:00Z`;
}
