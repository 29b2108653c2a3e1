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
