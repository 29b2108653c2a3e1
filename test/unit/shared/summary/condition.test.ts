import type { SubjectCondition } from '../../../../src/shared/timeline';
import { conditionOf } from '../../../../src/shared/summary/condition';
import { entry, view } from '../../workflows/views';

const look = (condition: SubjectCondition, at: string, more: Parameters<typeof entry>[0] = {}) =>
  entry({ title: 'Health', kind: 'look', detail: '', at, endedAt: at, condition, ...more });

describe('how what a page is about was when it was last looked at', () => {
  it('is not known from looks at anything else', () => {
    const other = entry({ kind: 'look', title: 'redis', status: 'notSo', detail: '/health refused' });
    expect(conditionOf(view({ timeline: [other] }))).toBe('unknown');
  });

  it('is by the look that was made last', () => {
    const timeline = [look('down', '2026-11-23T10:00:00.000Z'), look('well', '2026-11-23T10:01:00.000Z')];
    expect(conditionOf(view({ timeline }))).toBe('well');
  });

  it('is by an earlier entry where the same was seen again later', () => {
    const again = look('down', '2026-11-23T10:00:00.000Z', { times: 2, lastAt: '2026-11-23T10:02:00.000Z' });
    const verified = look('well', '2026-11-23T10:01:00.000Z', { kind: 'verification' });
    expect(conditionOf(view({ timeline: [again, verified] }))).toBe('down');
  });

  it('is by what was told at the same moment after it', () => {
    const at = '2026-11-23T10:01:00.000Z';
    const told = entry({
      at,
      title: 'Not well any more: diagnosing again',
      kind: 'note',
      status: 'note',
      condition: 'down',
    });
    expect(conditionOf(view({ timeline: [look('well', at), { ...told, endedAt: at }] }))).toBe('down');
  });
});
