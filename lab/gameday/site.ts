import { join } from 'node:path';
import type { Pace } from '../monitoring/monitoring-config';
import { RUNBOOK_NAMES } from '../../src/shared/runbooks';
import type { Mode } from '../../src/shared/safety/safety';
import { openStore } from '../../src/store/store';
import type { Store } from '../../src/store/store';
import { PATIENT_GUARD } from '../stack';
import { setUpWholeSite } from '../whole-site';
import type { WholeSite } from '../whole-site';

export const HOST = 'gameday';
/** What heals is healed before the first tier; what is helpless calls at once. */
const TIERS: [string, string, string] = ['3m', '10m', '20m'];
/** Analyses of half a minute must have left the window before it is well. */
const FIRST_TIER_AFTER = { analysisLatency: '6m' };
/** As monitoring runs at its pace, so does what waits for it. */
const TIMES = { steadyFor: '5s', agreeWithin: '60s', startsPerHour: 1_000 };

/** Of pages that measure by times of their own. */
const OWN: Record<string, { limits: object; businessHours?: object }> = {
  // Whatever breaks, the lab's KingFisher fails with each of its analyses: automation is paused for what fails on a large scale.
  pipelineFailures: { limits: { rateOver: '20s', reduceFor: '3m', pauseAbovePer5m: 3_000, pauseFor: '2m' } },
  analysisLatency: { limits: { reduceFor: '3m', fallbackFor: '3m' } },
  securityViolations: { limits: { blockFor: '2m', raiseFor: '2m' } },
  // At any hour: a game day is played at night as well.
  imageProcessingStalled: {
    limits: { stalledAfter: '1m', imageWithin: '45s' },
    businessHours: { from: '00:00', to: '00:00' },
  },
};

/** With the record of what was changed, in the embedded store of its controller. */
export interface GamedaySite extends WholeSite {
  store: Store;
}

/** @throws Error when a part does not come up; nothing is left behind then */
export async function setUpGameday(
  { directory, pace, mode }: { directory: string; pace: Pace; mode: Mode },
  say: (line: string) => void,
): Promise<GamedaySite> {
  const record = join(directory, 'record');
  const runbooks = RUNBOOK_NAMES.filter((name) => name !== 'unknownAlert');
  const site = await setUpWholeSite(
    {
      name: HOST,
      directory,
      pace,
      rules: { windows: 'paced', hours: 'always' },
      tiers: TIERS,
      firstTierAfter: FIRST_TIER_AFTER,
      runbooks: Object.fromEntries(runbooks.map((name) => [name, { ...TIMES, mode, ...OWN[name] }])),
      sections: {
        guard: PATIENT_GUARD,
        store: { path: record },
        approvals: { roles: { operator: ['anna'] }, approvers: { default: ['operator'] } },
      },
    },
    say,
  );
  const store = openStore({ path: record });
  const down = async () => {
    await store.close();
    await site.down();
  };
  return { ...site, store, down };
}
