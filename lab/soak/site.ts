import type { Pace } from '../monitoring/monitoring-config';
import { PATIENT_GUARD } from '../stack';
import { setUpWholeSite } from '../whole-site';
import type { WholeSite } from '../whole-site';

export const HOST = 'soak';
/** Tiers of a soak. The first is what `untoldMaxS` is measured by. */
export const FIRST_TIER_MS = 120_000;

export type SoakSite = WholeSite;

/** @throws Error when a part does not come up; nothing is left behind then */
export async function setUpSoak(directory: string, pace: Pace, say: (line: string) => void): Promise<SoakSite> {
  const tiers = [`${FIRST_TIER_MS / 1_000}s`, '5m', '10m'] satisfies [string, string, string];
  return await setUpWholeSite({ name: HOST, directory, pace, tiers, sections: { guard: PATIENT_GUARD } }, say);
}
