import type { RunbookPolicy } from '../../src/shared/incident';
import { WEEKDAYS } from '../../src/shared/observations/images/images';
import { POLICY } from './incidents';

/** Of runbook E, as the configuration has it by default. */
export const IMAGE_POLICY: RunbookPolicy = {
  ...POLICY,
  limits: {
    stalledAfterMs: 900_000,
    backOffMs: 60_000,
    longestBackOffMs: 900_000,
    fetchedWithinMs: 20_000,
    imageWithinMs: 120_000,
  },
  businessHours: { days: [...WEEKDAYS], from: '08:00', to: '22:00', timeZone: 'UTC' },
};
