import { count, fixed } from "./number.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes in decimal units, three significant digits: "228 kB", "1.02 GB". */
export function byteSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const text = unit === 0 ? count(value) : fixed(value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
  return `${text} ${UNITS[unit]}`;
}
