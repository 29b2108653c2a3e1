import type { Approval } from '../../../../src/shared/safety/approval';
import { ApprovedWork } from '../../../../src/workflows/safety/approved-work';
import { entry, view } from '../views';

const approval = (title = 'Full recovery: stop, back up, restart everything'): Approval => ({
  hash: 'ab12cd34',
  subject: { risk: 'fullRecovery', host: 'h1', cite: 'H', title, arguments: {}, precondition: '' },
  state: 'approved',
  askedAt: '2026-11-23T10:00:00.000Z',
  expiresAt: '2026-11-23T10:30:00.000Z',
  roles: ['operator'],
  people: ['anna'],
  answeredBy: 'anna',
  answeredAt: '2026-11-23T10:01:00.000Z',
  note: '',
});
const at = (time: string) => ({ at: `2026-11-23T${time}.000Z`, endedAt: `2026-11-23T${time}.500Z` });
const change = (time: string, status: 'done' | 'failed' | 'running' | 'skipped', title = 'Start KingFisher') =>
  entry({ ...at(time), cite: 'H.8', title, status, detail: status === 'failed' ? 'not running' : '' });
const verified = (time: string, isWell: boolean) =>
  entry({
    ...at(time),
    cite: 'H.9',
    title: 'Verify',
    kind: 'verification',
    status: isWell ? 'done' : 'notSo',
    detail: isWell ? 'healthy' : '/health refused',
    condition: isWell ? 'well' : 'down',
  });

function told(...timeline: Parameters<typeof entry>[0][]): string[] {
  const work = new ApprovedWork('KingFisher');
  work.approved(approval());
  const seen = view({ timeline: timeline.map((one) => entry(one)) });
  const first = work.look(seen);
  expect(work.look(seen)).toEqual([]);
  return first;
}

describe('work that people approved', () => {
  it('is told once, when health was verified after it', () => {
    expect(told(change('10:02:00', 'done'), verified('10:03:00', true))).toEqual([
      'full recovery done; KingFisher is well',
    ]);
  });

  it('is told with what failed in it, and that it did not help', () => {
    expect(told(change('10:02:00', 'failed'), verified('10:03:00', false))).toEqual([
      'full recovery done; KingFisher is NOT well; FAILED in it: Start KingFisher: not running',
    ]);
  });

  it('is not told by what happened before the answer', () => {
    expect(told(change('10:00:10', 'failed'), verified('10:00:20', false))).toEqual([]);
  });

  it.each([
    ['while a step runs', [change('10:02:00', 'done'), verified('10:03:00', true), change('10:03:10', 'running')]],
    ['before it is verified', [change('10:02:00', 'done')]],
    [
      'before the newest change is',
      [change('10:02:00', 'done'), verified('10:03:00', false), change('10:04:00', 'done')],
    ],
    ['where nothing of it was made', [change('10:02:00', 'skipped')]],
  ])('is not told %s', (_, timeline) => {
    expect(told(...timeline)).toEqual([]);
  });

  it('was not needed where the host is well without it', () => {
    expect(told(verified('10:02:00', true))).toEqual(['full recovery not needed: KingFisher is well']);
  });

  it('was not needed where an earlier look found the same again after the answer', () => {
    const before = { ...verified('10:00:20', true), kind: 'look' } as const;
    expect(told({ ...before, times: 2, lastAt: '2026-11-23T10:02:00.000Z' })).toEqual([
      'full recovery not needed: KingFisher is well',
    ]);
  });

  it('is told at once where the step itself was asked for', () => {
    const work = new ApprovedWork('KingFisher');
    work.approved(approval('Restart KingFisher'));
    expect(work.made('Rotate the logs', null)).toEqual([]);
    expect(work.made('Restart KingFisher', 'it is masked')).toEqual(['restart KingFisher FAILED (it is masked)']);
    expect(work.made('Restart KingFisher', null)).toEqual([]);
  });
});
