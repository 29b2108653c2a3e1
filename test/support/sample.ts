import { random } from '../../lab/random';
import { shuffled } from './shuffled';

/** What `npm run chaos` plays in full; a run of all tests takes a small sample, another one each time. */
export const IS_FULL = process.env['HALCYON_CHAOS'] === 'full';

/** Of all that is chosen at random; HALCYON_CHAOS_SEED makes the same choice again. */
export const SEED = Number(process.env['HALCYON_CHAOS_SEED'] ?? Date.now() % 1_000_000);

/** The size of a random suite; says what was taken, of how many, and the seed. */
export function sizeOf(suite: string, size: { full: number; sample: number }): number {
  const taken = IS_FULL ? size.full : size.sample;
  process.stderr.write(`${suite}: ${taken} of ${size.full}, HALCYON_CHAOS_SEED=${SEED}\n`);
  return taken;
}

/** As many of the items, by the seed, in their own order. */
export function sampleOf<T>(items: readonly T[], count: number, seed = SEED): T[] {
  const order = items.map((_, index) => index);
  // A generator of its own: the least bits of neighbouring seeds are alike.
  const chosen = new Set(shuffled(order, Math.floor(random(seed)() * 2_147_483_646) + 1).slice(0, count));
  return items.filter((_, index) => chosen.has(index));
}
