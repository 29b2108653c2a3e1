import { breaches } from '../../../lab/chaos/change-log';
import type { ChangeLine } from '../../../lab/chaos/change-log';

function line(time: number, phase: ChangeLine['phase'], holder: string, more: Partial<ChangeLine> = {}): ChangeLine {
  const at = new Date(time).toISOString();
  return {
    time: at,
    activity: 'ensureRestarted',
    holder,
    token: 1,
    kind: 'change',
    phase,
    attempt: 1,
    pid: 1,
    ...more,
  };
}

const dead = (pid: number, at: number) => new Map([[pid, new Date(at).toISOString()]]);

describe('breaches', () => {
  it('are none where changes follow each other, and undos happen beside them', () => {
    const undo = { kind: 'undo', token: 0 } as const;
    const lines = [
      line(1, 'begin', 'a'),
      line(2, 'begin', 'b', undo),
      line(3, 'end', 'a'),
      line(4, 'begin', 'c', { token: 2 }),
      line(5, 'end', 'b', undo),
    ];
    expect(breaches(lines, new Map())).toEqual([]);
  });

  it('are two at a time, but not what a dead agent had begun', () => {
    const lines = [line(1, 'begin', 'a'), line(5, 'begin', 'b', { pid: 2 })];
    const beside = [expect.stringMatching(/of b with token 1 began beside .* of a /)];
    expect(breaches(lines, new Map())).toEqual(beside);
    expect(breaches(lines, dead(1, 3))).toEqual([]);
    expect(breaches(lines, dead(1, 7))).toEqual(beside);
  });

  it('are a token that went down, and an end without a begin', () => {
    const two = { token: 2 };
    const lines = [line(1, 'begin', 'a', two), line(2, 'end', 'a', two), line(3, 'begin', 'b'), line(4, 'end', 'c')];
    expect(breaches(lines, new Map())).toEqual([
      expect.stringContaining('began after token 2'),
      expect.stringContaining('ended without a begin'),
    ]);
  });
});
