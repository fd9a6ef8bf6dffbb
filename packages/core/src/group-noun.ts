const TIMES: Readonly<Record<string, string>> = { date: "day", day: "day", week: "week", month: "month", hour: "hour" };

/** What the groups of a column are called: `date` → "days", `user_id` → "users"; "groups" where the name gives no noun. */
export function groupNoun(column: string | null, number: number): string {
  const one = column === null ? "row" : (TIMES[column] ?? noun(column));
  if (number === 1) return one;
  if (/(?:s|x|z|ch|sh)$/.test(one)) return `${one}es`;
  return /[^aeiou]y$/.test(one) ? `${one.slice(0, -1)}ies` : `${one}s`;
}

function noun(column: string): string {
  const word = column.toLowerCase().replace(/_?(?:id|key|code|no|nr)$/, "");
  return /^[a-z]{3,20}$/.test(word) && !word.endsWith("s") ? word : "group";
}
