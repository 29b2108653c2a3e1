import type { GuardView } from '../../../src/shared/safety/guard';

/** Of a host that nobody changes and nobody paused. */
export const QUIET_GUARD: GuardView = {
  host: 'h1',
  pauses: [],
  holder: null,
  queue: [],
  lastToken: 4,
  restarts: {},
  recentIncidents: 0,
  changes: [],
};
