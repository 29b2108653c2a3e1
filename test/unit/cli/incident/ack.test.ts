import { createAckCommand } from '../../../../src/cli/incident/ack';
import { formatEscalation } from '../../../../src/cli/incident/escalation';
import type { EscalationView } from '../../../../src/shared/paging/escalation';
import { renderEscalation } from '../../../../src/workflows/escalation/escalation-details';

async function ack(...args: string[]): Promise<void> {
  await createAckCommand().parseAsync(['incident/KingfisherServiceDown/h1', ...args], { from: 'user' });
}

describe('halcyon ack', () => {
  it('wants a name', async () => {
    await expect(ack('--as', ' ')).rejects.toThrow('--as: say who you are');
  });

  it.each(['soon', '0s', '-5m'])('--for=%s is refused', async (written) => {
    await expect(ack('--as', 'anna', `--for=${written}`)).rejects.toThrow(
      `--for: expected a duration such as "45m", got "${written}"`,
    );
  });
});

describe('halcyon escalation show', () => {
  const view: EscalationView = {
    subject: {
      workflowId: 'incident/KingfisherServiceDown/h1',
      runId: 'r',
      firing: 1,
      runbook: 'serviceDown',
      alertname: 'KingfisherServiceDown',
      host: 'h1',
      severity: 'critical',
      startsAt: '2026-11-23T03:00:00.000Z',
      summary: 'down',
    },
    route: '',
    pages: [],
    acknowledged: null,
    stillSince: null,
    next: { tier: 1, at: '2026-11-23T03:15:00.000Z', notify: 'onDuty' },
    closed: null,
    notTaken: [],
  };
  const page = { at: '2026-11-23T03:15:00.000Z', tier: 1, team: 'platform', teamName: 'Platform' };

  it('says what comes next while nobody was paged', () => {
    expect(formatEscalation(view)).toEqual([
      'KingfisherServiceDown on h1 since 2026-11-23 03:00:00Z',
      'nobody was paged',
      'next: tier 1 (onDuty) at 2026-11-23 03:15:00Z',
    ]);
  });

  it('says that the clock stands still for a host that is well, and not that no tier is left', () => {
    const stillSince = '2026-11-23T03:10:00.000Z';
    expect(formatEscalation({ ...view, next: null, stillSince }).slice(1)).toEqual([
      'nobody was paged',
      'the host is well since 2026-11-23 03:10:00Z: the clock stands still',
    ]);
    expect(renderEscalation({ ...view, next: null, stillSince })).toContain(
      'The host is well since 2026-11-23 03:10:00 UTC: the clock stands still.',
    );
  });

  it('says what was delivered, what was not and why, and who has it', () => {
    const pages: EscalationView['pages'] = [
      { ...page, channel: 'slack', delivered: true, detail: '#p', collapsed: true },
      { ...page, channel: 'pagerduty', delivered: false, detail: 'bad\u001b[31m key', collapsed: false },
    ];
    const at = '2026-11-23T03:20:00.000Z';
    const acknowledged = { as: 'anna', at, until: '2026-11-23T03:50:00.000Z' };
    expect(formatEscalation({ ...view, pages, acknowledged, next: null, closed: 'gone' }).slice(1)).toEqual([
      '2026-11-23 03:15:00Z  tier 1  Platform, Slack: delivered to #p (caught up)',
      '2026-11-23 03:15:00Z  tier 1  Platform, PagerDuty: NOT delivered: bad·[31m key',
      'acknowledged by anna at 2026-11-23 03:20:00Z until 2026-11-23 03:50:00Z',
      'over: its incident is gone',
    ]);
  });
});
