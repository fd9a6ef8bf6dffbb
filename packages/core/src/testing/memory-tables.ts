import type { Scratch, Tables, Workspace } from "../backend.ts";
import type { Column, Table } from "../data/table.ts";
import { TrainyardError } from "../errors.ts";
import type { MemoryDisk } from "./memory-store.ts";

/** Tables on a memory disk: those it wrote, as JSON, and simple CSV (no quotes, no empty fields). */
export class MemoryTables implements Tables {
  readonly #disk: MemoryDisk;

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
  }

  async read(file: string, name: string, { columns }: { columns?: readonly string[] } = {}): Promise<Table> {
    const text = this.#disk.get(file);
    if (text === undefined) throw new TrainyardError("FILE_NOT_FOUND", { path: name, what: "The table" });
    const [head = [], ...rows] = text.startsWith("[")
      ? (JSON.parse(text) as (string | number)[][])
      : text
          .trimEnd()
          .split("\n")
          .map((line) => line.split(","));
    const kept = head.map(String).filter((column) => columns === undefined || columns.includes(column));
    const values = (column: string) => rows.map((row) => row[head.indexOf(column)] as string | number);
    return { rows: rows.length, columns: new Map(kept.map((column) => [column, columnOf(values(column))])) };
  }

  async write(file: string, name: string, { rows, columns }: Table): Promise<void> {
    if (this.#disk.has(file)) throw new TrainyardError("FILE_EXISTS", { path: name });
    const values = [...columns.values()].map((column) =>
      column.type === "text" ? Array.from(column.codes, (code) => column.dictionary[code]) : [...column.values],
    );
    const lines = Array.from({ length: rows }, (_, row) => values.map((column) => column[row]));
    this.#disk.set(file, JSON.stringify([[...columns.keys()], ...lines]));
  }
}

/** What is not text is a number, or text that only holds numbers. */
function columnOf(values: readonly (string | number)[]): Column {
  if (values.every((value) => Number.isFinite(Number(value)) && value !== ""))
    return { type: "number", values: Float64Array.from(values, Number), nulls: null };
  const dictionary = [...new Set(values.map(String))];
  return { type: "text", codes: Int32Array.from(values, (value) => dictionary.indexOf(String(value))), dictionary };
}

/** Scratch folders on a memory disk, which is all of a workspace that registering needs. */
export function memoryScratch(disk: MemoryDisk): Pick<Workspace, "scratch"> {
  let made = 0;
  return {
    async scratch(): Promise<Scratch> {
      const folder = `/scratch/${++made}`;
      const path = (name: string) => (name === "" ? folder : `${folder}/${name}`);
      return {
        path,
        write: async (name, text) => void disk.set(path(name), text),
        read: async (name) => disk.get(path(name)) ?? null,
        size: async (name) => disk.get(path(name))?.length ?? null,
        seal: async () => {},
        async add(name, file) {
          const text = disk.get(file);
          if (text === undefined) throw new TrainyardError("FILE_NOT_FOUND", { path: file, what: "File" });
          disk.set(path(name), text);
        },
        async remove() {
          for (const file of disk.keys()) if (file.startsWith(`${folder}/`)) disk.delete(file);
        },
      };
    },
  };
}
