import { readFileSync } from 'node:fs';

/**
 * Of `jobs`, those that survived an earlier run: `report` is a file with what that printed with `--json`. Lines may have moved.
 *
 * @throws Error naming the file where it is no such report
 */
export function survivedIn(jobs, report) {
  const known = new Set(survivorsOf(report).map(keyOf));
  return jobs.filter(({ file, mutant: { kind, code } }) => known.has(keyOf({ file, kind, code })));
}

function survivorsOf(report) {
  const last = readFileSync(report, 'utf8').trim().split('\n').at(-1);
  try {
    const { survivors } = JSON.parse(last);
    if (Array.isArray(survivors)) return survivors;
  } catch {
    // Said below.
  }
  throw new Error(`--again ${report}: its last line is no result of --json`);
}

function keyOf({ file, kind, code }) {
  return JSON.stringify([file, kind, code]);
}

/** `count` of `list` in their order, the same ones for the same seed; all where `count` is null or enough. */
export function sample(list, count, seed) {
  if (count === null || count >= list.length) return list;
  const random = generator(seed);
  const drawn = list.map((item, at) => ({ item, at, by: random() })).sort((a, b) => a.by - b.by);
  return drawn
    .slice(0, count)
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Numbers from 0 to 1 (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
