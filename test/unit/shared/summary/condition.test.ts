import { conditionOf } from '../../../../src/shared/summary/condition';
import { entry, view } from '../../workflows/views';

const look = (status: 'done' | 'notSo', at: string, more: Parameters<typeof entry>[0] = {}) =>
  entry({ title: '/health and /ready', kind: 'look', status, detail: '', at, endedAt: at, ...more });

describe('how KingFisher was when it was last looked at', () => {
  it('is by the look that was made last', () => {
    const timeline = [look('notSo', '2026-11-23T10:00:00.000Z'), look('done', '2026-11-23T10:01:00.000Z')];
    expect(conditionOf(view({ timeline }))).toBe('well');
  });

  it('is by an earlier entry where the same was seen again later', () => {
    const again = look('notSo', '2026-11-23T10:00:00.000Z', { times: 2, lastAt: '2026-11-23T10:02:00.000Z' });
    const verified = look('done', '2026-11-23T10:01:00.000Z', { kind: 'verification' });
    expect(conditionOf(view({ timeline: [again, verified] }))).toBe('down');
  });

  it('is by what was told at the same moment after it', () => {
    const at = '2026-11-23T10:01:00.000Z';
    const told = entry({ at, title: 'Not well any more: diagnosing again', kind: 'note', status: 'note', cite: '' });
    expect(conditionOf(view({ timeline: [look('done', at), { ...told, endedAt: at }] }))).toBe('down');
  });
});
