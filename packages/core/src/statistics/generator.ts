/** A stream of pseudo-random numbers that its seed fixes, on every machine. */
export interface Generator {
  /** Uniform 32-bit integer, 0 … 2³² − 1. */
  bits(): number;
  /** Uniform in [0, 1), 53 bits. */
  fraction(): number;
  /** Uniform integer 0 … n − 1, n ≤ 2³², without bias. */
  below(n: number): number;
}

/**
 * xoshiro128** 1.1 (Blackman & Vigna 2018), its 128 bits of state filled from the seed by SplitMix32.
 * @param seed 32-bit unsigned integer, e.g. `seedOf(digest)`.
 */
export function generator(seed: number): Generator {
  let state = seed >>> 0;
  const split = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let d = split();
  const bits = () => {
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return {
    bits,
    fraction: () => ((bits() >>> 5) * 67_108_864 + (bits() >>> 6)) / 9_007_199_254_740_992,
    below(n) {
      const limit = 4_294_967_296 - (4_294_967_296 % n);
      let drawn = bits();
      while (drawn >= limit) drawn = bits();
      return drawn % n;
    },
  };
}

/** The first 32 bits of a hex digest (`sha256:` before it or not): statistics are seeded by their inputs. */
export function seedOf(digest: string): number {
  return Number.parseInt(digest.replace(/^sha256:/, "").slice(0, 8), 16) >>> 0;
}
