/** Calendar arithmetic on given instants (milliseconds since 1970-01-01T00:00:00Z). Nothing here asks what time it is. */
export const DAY = 86_400_000;

/** 2001-05-13T06:00:00.000Z → "2001-05-13T06:00:00Z". */
export function timestamp(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace(".000Z", "Z");
}

/** Milliseconds of an ISO 8601 instant or date; null when it is none. */
export function instant(text: string): number | null {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

/** "30 June 2001, 14:02" in UTC. */
export function longDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  const month = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ][date.getUTCMonth()];
  const clock = `${String(date.getUTCHours()).padStart(2, "0")}:${String(date.getUTCMinutes()).padStart(2, "0")}`;
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}, ${clock}`;
}

/** "53 d 3 h", "41 s", "3 h 12 min": the two largest units. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const whole = Math.round(seconds);
  const first = units.findIndex(([size]) => whole >= size);
  const [size, name] = units[first] as [number, string];
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % size) / next[0]);
  return `${Math.floor(whole / size)} ${name}${next !== undefined && rest > 0 ? ` ${rest} ${next[1]}` : ""}`;
}
