import { formatGuard } from '../../../../src/cli/guard/guard';
import type { GuardView } from '../../../../src/shared/safety/guard';
import { QUIET_GUARD } from '../../../support/scripted/quiet-guard';

describe('halcyon guard show', () => {
  it('has one fact a line', () => {
    expect(formatGuard('h1', QUIET_GUARD)).toEqual([
      'h1: not paused',
      '  turn        nobody has it',
      '  waiting     nobody',
      '  restarts    none (within the last hour)',
      '  changed by  0 incidents lately',
    ]);
  });

  it('names who has the turn, all who wait and every pause', () => {
    const view: GuardView = {
      ...QUIET_GUARD,
      pauses: [
        { by: 'anna', reason: 'storage move', since: '2026-11-23T03:00:00.000Z', until: '2026-11-23T05:00:00.000Z' },
        { by: 'bela', reason: 'again', since: '2026-11-23T03:10:00.000Z', until: '2026-11-23T04:00:00.000Z' },
      ],
      holder: { incidentId: 'incident/A/h1', runId: 'r', token: 4, since: '2026-11-23T03:01:02.345Z' },
      queue: [
        { incidentId: 'incident/B/h1', severity: 'critical', startsAt: '' },
        { incidentId: 'lease/h1/openai.max_qps', severity: 'warning', startsAt: '' },
      ],
      restarts: { kingfisher: 2, redis: 1 },
      recentIncidents: 1,
    };
    expect(formatGuard('h1', view)).toEqual([
      'h1: PAUSED by anna until 2026-11-23 05:00:00Z: storage move',
      '    PAUSED by bela until 2026-11-23 04:00:00Z: again',
      '  turn        incident/A/h1 since 2026-11-23 03:01:02Z, token 4',
      '  waiting     incident/B/h1 (critical)',
      '              lease/h1/openai.max_qps (warning)',
      '  restarts    kingfisher 2, redis 1 (within the last hour)',
      '  changed by  1 incident lately',
    ]);
  });

  it('says so of a host without a guard', () => {
    expect(formatGuard('h1', undefined)).toEqual(['h1: nobody asked for it lately; not paused']);
  });
});
