/** Additions above which a copy starts anew: a copy then costs these at most, and the whole only once in so many. */
const TOP = 1000;

/** A map that is cheap to copy however big it is: a part that never changes again, and what came on top of it. */
export class LayeredMap<V> {
  readonly #base: ReadonlyMap<string, V>;
  readonly #top: Map<string, V>;

  constructor(base: ReadonlyMap<string, V> = new Map(), top: Map<string, V> = new Map()) {
    this.#base = base;
    this.#top = top;
  }

  get(key: string): V | undefined {
    return this.#top.get(key) ?? this.#base.get(key);
  }

  has(key: string): boolean {
    return this.#top.has(key) || this.#base.has(key);
  }

  set(key: string, value: V): void {
    this.#top.set(key, value);
  }

  /** Oldest first; keys are only ever set once, or values of the base would show beside those that replaced them. */
  *values(): IterableIterator<V> {
    yield* this.#base.values();
    yield* this.#top.values();
  }

  fork(): LayeredMap<V> {
    if (this.#top.size <= TOP) return new LayeredMap(this.#base, new Map(this.#top));
    return new LayeredMap(new Map([...this.#base, ...this.#top]));
  }
}
