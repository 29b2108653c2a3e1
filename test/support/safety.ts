import type { EscalationRoute } from '../../src/shared/paging/escalation';
import type { SafetyPolicy } from '../../src/shared/safety/safety';

/** The defaults of halcyon.yaml, with people who may approve. */
export const SAFETY: SafetyPolicy = {
  mode: 'auto',
  escalation: {
    teams: {
      tradingAi: { name: 'Trading AI', slackChannel: '#trading-ai-alerts', pagerdutyService: 'trading-ai-primary' },
      platform: { name: 'Platform', slackChannel: '#platform-alerts', pagerdutyService: 'platform-secondary' },
      engineeringManager: { name: 'Engineering manager', slackChannel: null, pagerdutyService: 'engineering-manager' },
    },
    duty: [
      { team: 'tradingAi', from: '08:00', to: '22:00' },
      { team: 'platform', from: '22:00', to: '08:00' },
    ],
    tiers: [
      { afterMs: 600_000, notify: 'onDuty', senior: true },
      { afterMs: 1_800_000, notify: 'other' },
      { afterMs: 3_600_000, notify: 'engineeringManager' },
    ],
    holdMs: 1_800_000,
    lateGraceMs: 120_000,
    lateSpacingMs: 300_000,
    onHelpless: 'auto',
    routes: [
      route({ severity: ['none'] }, { notify: 'none' }),
      route({ alertname: ['Watchdog'] }, { notify: 'none' }),
      route({ severity: ['info'] }, { notify: 'channelOnly' }),
      route({ severity: ['warning'] }, { urgency: 'low' }),
    ],
  },
  guard: { restartsPerHour: 3, flapping: { incidents: 3, withinMs: 1_800_000 }, remindEveryMs: 3_600_000 },
  approvals: {
    expireAfterMs: 1_800_000,
    roles: { operator: ['anna', 'bela'], lead: ['carla'] },
    approvers: { default: ['operator'], permissions: ['lead'] },
  },
};

/** A route as configuration makes it. */
export function route(match: EscalationRoute['match'], rest: Partial<EscalationRoute> = {}): EscalationRoute {
  return { match, notify: 'tiers', tiers: null, urgency: 'high', quietUntil: null, reason: null, ...rest };
}

/** People are called after a second, and others when so much time has passed since the alert. */
export function withSecondTier(afterMs: number): { safety: SafetyPolicy } {
  const tiers: SafetyPolicy['escalation']['tiers'] = [
    { afterMs: 1_000, notify: 'onDuty' },
    { afterMs, notify: 'other' },
  ];
  return { safety: { ...SAFETY, escalation: { ...SAFETY.escalation, tiers, lateSpacingMs: 0 } } };
}
