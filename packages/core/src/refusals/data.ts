/** Refusals about tables, documents and bytes. */
export const dataRefusals = {
  TABLE_FORMAT: (d: { path: string }) => [
    `${d.path} has no known table format.`,
    "Use .csv, .tsv, .jsonl or .ndjson, each also with .gz or .zst; .json with a list of rows; or .parquet.",
  ],
  TABLE_MISNAMED: (d: { path: string; is: string; told: string; ending: string | null }) => [
    `${d.path} is ${d.is} by its first bytes; its name ends in ${d.told}.`,
    `${d.ending === null ? "Give it the ending of what it is" : `Let its name end in ${d.ending}`}, or write it as the ending says. What a scoring writes to $TRAINYARD_PREDICTIONS is named in evaluate.predictions.`,
  ],
  TABLE_EMPTY: (d: { path: string }) => [`${d.path} has no rows.`, "Check the job that writes it."],
  TABLE_TRUNCATED: (d: { path: string; problem: string }) => [
    `${d.path} is cut short or damaged: ${d.problem}.`,
    "Write or download it again; Trainyard reads nothing from a file it cannot read whole.",
  ],
  TABLE_TOO_LARGE: (d: { path: string; what: string; limit: string }) => [
    `${d.path} is not read: ${d.what}; the limit is ${d.limit}.`,
    "Split it, write fewer rows or columns, or read it on a machine with more memory; a small file that claims this much is damaged.",
  ],
  TABLE_RAGGED: (d: { path: string; line: number; expected: number; got: number }) => [
    `${d.path}:${d.line} has ${d.got} fields; the header has ${d.expected}.`,
    "Quote fields that hold the separator, or repair that line.",
  ],
  TABLE_SYNTAX: (d: { path: string; line: number; problem: string }) => [
    `${d.path}:${d.line}: ${d.problem}.`,
    "Repair the file at that line; nothing was read from it.",
  ],
  COLUMN_MISSING: (d: {
    path: string;
    column: string;
    /** What it was named for, where that is not its own name. */
    role?: string;
    nearest: string | null;
    known: readonly string[];
  }) => [
    `${d.path} has no column ${JSON.stringify(d.column)}${d.role === undefined ? "" : `, which was named for ${d.role}`}.${d.nearest === null ? "" : ` Did you mean ${JSON.stringify(d.nearest)}?`}`,
    `Columns there: ${d.known.slice(0, 20).join(", ")}${d.known.length > 20 ? ", …" : ""}.`,
  ],
  COLUMN_DUPLICATE: (d: { path: string; column: string }) => [
    `${d.path} has two columns named ${JSON.stringify(d.column)}.`,
    "Rename or drop one of them.",
  ],
  COLUMN_TYPE: (d: { path: string; column: string; expected: string; got: string }) => [
    `${d.path}: column ${JSON.stringify(d.column)} must hold ${d.expected}, but holds ${d.got}.`,
    "Correct the values or name another column.",
  ],
  DOCUMENT_INVALID: (d: { source: string; kind: string; field: string; expected: string; got: string }) => [
    `${d.source} is not a valid ${d.kind}: ${d.field} must be ${d.expected}, but is ${d.got}.`,
    "It was edited or damaged; restore it from where it came, or make it again.",
  ],
  DOCUMENT_FUTURE: (d: { source: string; kind: string; known: string }) => [
    `${d.source} is a ${d.kind}; this Trainyard reads ${d.known}.`,
    "Install a newer Trainyard.",
  ],
  JSON_SYNTAX: (d: { source: string; problem: string }) => [
    `${d.source} is not valid JSON: ${d.problem}.`,
    "It was edited or cut short; make it again.",
  ],
  DIGEST_MISMATCH: (d: { what: string; expected: string; got: string }) => [
    `${d.what} is not what was recorded: its digest is ${d.got}, recorded is ${d.expected}. It was not used.`,
    "Restore the original bytes; `trainyard verify` lists everything that is damaged.",
  ],
  BLOB_MISSING: (d: { digest: string; what: string }) => [
    `${d.what} (${d.digest}) is not in the store.`,
    "Bring the bytes back from where they were made, `trainyard restore --from DIR` (another store, run bundles), or train again.",
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
