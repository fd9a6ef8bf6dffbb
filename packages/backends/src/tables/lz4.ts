/**
 * Decompresses one LZ4 block (Parquet's LZ4_RAW): a sequence of literals and matches, lz4_Block_format.md of the LZ4 project.
 *
 * @param length Bytes that must come out.
 */
export function lz4Decompress(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let at = 0;
  let out = 0;
  const more = (base: number): number => {
    let total = base;
    if (base === 15) {
      let byte: number | undefined;
      do {
        byte = input[at++];
        if (byte === undefined) throw new Error("an LZ4 block ends early");
        total += byte;
      } while (byte === 255);
    }
    return total;
  };
  while (at < input.length) {
    const token = input[at++] as number;
    const literals = more(token >> 4);
    if (at + literals > input.length || out + literals > length) throw new Error("an LZ4 block is damaged");
    output.set(input.subarray(at, at + literals), out);
    at += literals;
    out += literals;
    if (at >= input.length) break; // the last sequence has literals only
    const offset = (input[at] as number) | ((input[at + 1] ?? 0) << 8);
    at += 2;
    const match = more(token & 15) + 4;
    if (offset === 0 || offset > out || out + match > length) throw new Error("an LZ4 block is damaged");
    for (let i = 0; i < match; i++, out++) output[out] = output[out - offset] as number; // may overlap itself
  }
  if (out !== length) throw new Error(`an LZ4 block gives ${out} bytes instead of ${length}`);
  return output;
}
