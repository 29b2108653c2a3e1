/** Reproducible pseudo-random numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The same items in another order: random to the eye, and the same in each run. */
export function shuffled<T>(items: readonly T[], seed = 1): T[] {
  const result = [...items];
  let state = seed;
  for (let last = result.length - 1; last > 0; last--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (last + 1);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/** As many of the items, by the seed, in their own order. */
export function sampleOf<T>(items: readonly T[], count: number, seed: number): T[] {
  const order = items.map((_, index) => index);
  // A generator of its own: the least bits of neighbouring seeds are alike.
  const chosen = new Set(shuffled(order, Math.floor(random(seed)() * 2_147_483_646) + 1).slice(0, count));
  return items.filter((_, index) => chosen.has(index));
}
