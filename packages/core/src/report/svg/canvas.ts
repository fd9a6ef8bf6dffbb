import { htmlText } from "../../escape.ts";

/** What every chart is told besides its data. Widths are CSS pixels: text keeps its size, only the plot gives way. */
export interface ChartFrame {
  readonly width: number;
  /** What the picture shows, in one sentence: read out in place of it. */
  readonly title: string;
  /** What to see in it. */
  readonly description: string;
}

/** Wraps a chart's body; names it for screen readers, without ids, so that a page can hold many. */
export function canvas({ width, title, description }: ChartFrame, height: number, body: readonly string[]): string {
  const [w, h] = [Math.round(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">`,
    `<title>${htmlText(title)}</title>`,
    `<desc>${htmlText(description, 1_000)}</desc>`,
    ...body.filter((line) => line !== ""),
    "</svg>",
  ].join("\n");
}

/** A coordinate with one decimal at most: a tenth of a pixel is nothing to see, and bytes count. */
export function at(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 10) / 10) : "0";
}

export type Anchor = "start" | "middle" | "end";

export function text(x: number, y: number, content: string, classes: string, anchor: Anchor = "start"): string {
  const where = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${at(x)}" y="${at(y)}" class="${classes}"${where}>${htmlText(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, classes: string): string {
  return `<path d="M${at(x1)} ${at(y1)}L${at(x2)} ${at(y2)}" class="${classes}"/>`;
}

export function rect(x: number, y: number, width: number, height: number, classes: string): string {
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(Math.max(width, 0))}" height="${at(Math.max(height, 0))}" class="${classes}"/>`;
}

export function path(points: readonly (readonly [number, number])[], classes: string): string {
  if (points.length === 0) return "";
  return `<path d="${points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${at(x)} ${at(y)}`).join("")}" class="${classes}"/>`;
}

/** The candidate's mark: a filled disc. */
export function disc(x: number, y: number, radius: number, classes: string): string {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" class="${classes}"/>`;
}

/** The baseline's mark: a hollow square. */
export function square(x: number, y: number, half: number, classes: string): string {
  return rect(x - half, y - half, 2 * half, 2 * half, classes);
}

/** The mark of what is worse or out of bounds: a diamond, so that colour is never the only sign. */
export function diamond(x: number, y: number, half: number, classes: string): string {
  return `<path d="M${at(x)} ${at(y - half)}L${at(x + half)} ${at(y)}L${at(x)} ${at(y + half)}L${at(x - half)} ${at(y)}Z" class="${classes}"/>`;
}

/** A text cut to what fits: system fonts are about 0.56 em wide on average. */
export function fitting(content: string, pixels: number, size = 13): string {
  const most = Math.max(Math.floor(pixels / (size * 0.56)), 2);
  const points = [...content];
  return points.length <= most ? content : `${points.slice(0, most - 1).join("")}…`;
}
