import { expectOneAtATime } from '../../support/change-log';
import type { ChangeLine } from '../../support/change-log';

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

const check =
  (lines: ChangeLine[], deaths = new Map<number, string>()) =>
  () =>
    expectOneAtATime(lines, deaths);

describe('expectOneAtATime', () => {
  it('lets changes follow each other, and undos happen beside them', () => {
    const undo = { kind: 'undo', token: 0 } as const;
    expect(
      check([
        line(1, 'begin', 'a'),
        line(2, 'begin', 'b', undo),
        line(3, 'end', 'a'),
        line(4, 'begin', 'c', { token: 2 }),
        line(5, 'end', 'b', undo),
      ]),
    ).not.toThrow();
  });

  it('sees two at a time, but not what a dead agent had begun', () => {
    const lines = [line(1, 'begin', 'a'), line(5, 'begin', 'b', { pid: 2 })];
    expect(check(lines)).toThrow();
    expect(check(lines, new Map([[1, new Date(3).toISOString()]]))).not.toThrow();
    expect(check(lines, new Map([[1, new Date(7).toISOString()]]))).toThrow();
  });

  it('sees a token that went down', () => {
    expect(
      check([line(1, 'begin', 'a', { token: 2 }), line(2, 'end', 'a', { token: 2 }), line(3, 'begin', 'b')]),
    ).toThrow();
  });
});
