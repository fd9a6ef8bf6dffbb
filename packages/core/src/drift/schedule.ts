/** Days of 400 years of the Gregorian calendar, after which weekdays and leap years repeat. */
const CYCLE_YEARS = 400;
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** 1 January 2000 was a Saturday. */
const FIRST_WEEKDAY = 6;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * How often a POSIX cron expression of five fields fires in a mean year. Where both day fields are restricted, either is enough
 * (crontab(5)), which is what GitHub's schedules do.
 * @returns Null for what is no such expression.
 */
export function firingsPerYear(cron: string): number | null {
  const fields = cron.trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  const days = valuesOf(day, 1, 31);
  const months = valuesOf(month, 1, 12, MONTHS);
  const weekdays = valuesOf(weekday, 0, 7, WEEKDAYS);
  if (fields.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return null;
  if (weekdays.has(7)) weekdays.add(0);
  const either = !day.startsWith("*") && !weekday.startsWith("*");
  let fired = 0;
  let today = FIRST_WEEKDAY;
  for (let year = 2000; year < 2000 + CYCLE_YEARS; year++) {
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    for (const [index, length] of DAYS_OF_MONTHS.entries()) {
      for (let date = 1; date <= length + (leap && index === 1 ? 1 : 0); date++) {
        const onDate = days.has(date);
        const onWeekday = weekdays.has(today);
        if (months.has(index + 1) && (either ? onDate || onWeekday : onDate && onWeekday)) fired++;
        today = (today + 1) % 7;
      }
    }
  }
  return (fired / CYCLE_YEARS) * hours.size * minutes.size;
}

/** Lists, ranges and steps: `1,5-10/2,*`. */
function valuesOf(field: string, least: number, most: number, names: readonly string[] = []): Set<number> | null {
  const values = new Set<number>();
  const numberOf = (text: string) => {
    const named = names.indexOf(text.toUpperCase());
    return named >= 0 ? named + least : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  };
  for (const part of field.split(",")) {
    const [, range = "", step] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const [from = "", to] = range.split("-");
    const first = range === "*" ? least : numberOf(from);
    const last = range === "*" || (to === undefined && step !== undefined) ? most : numberOf(to ?? from);
    const every = step === undefined ? 1 : Number(step);
    if (!(first >= least && last <= most && first <= last && every > 0)) return null;
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return values;
}
