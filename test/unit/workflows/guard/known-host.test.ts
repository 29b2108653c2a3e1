import type { HostLedger, Pause } from '../../../../src/shared/safety/guard';
import { TurnQueue } from '../../../../src/workflows/guard/turn-queue';
import { REQUEST } from './turn-request';

const T0 = Date.parse('2026-11-23T03:00:00Z');
const HOUR = 3_600_000;
const at = (ms: number) => new Date(T0 + ms).toISOString();
const pause = (by: string, forMs = HOUR, since = -HOUR): Pause => ({
  by,
  reason: 'moving',
  since: at(since),
  until: at(forMs),
});
const request = (name: string, more: object = {}) => ({
  ...REQUEST,
  incidentId: `incident/${name}/h1`,
  runId: `run-${name}`,
  ...more,
});
const ledger = (token: number, pauses: Pause[] = [], holder = 'incident/old/h1'): HostLedger => ({
  newest: { token, holder },
  kept: { revision: 9, pauses },
});

/** What was said since the last time. */
function said(turns: TurnQueue): string[] {
  return turns.takeAnswers().map(({ runId, answer }) => {
    const token = answer.kind === 'granted' ? ` ${answer.token}` : '';
    return `${runId.slice(4)}: ${answer.kind}${token}`;
  });
}

describe('a guard that knows nothing yet', () => {
  it('gives no turn before its host has said which token is the newest', () => {
    const turns = new TurnQueue('h1', T0);
    turns.request(request('a'), T0);
    expect(said(turns)).toEqual([]);
    expect(turns.hold.known.isToBeAsked(T0)).toBe(true);
    turns.heardHost(ledger(57), T0 + 100);
    expect(said(turns)).toEqual(['a: granted 58']);
    expect(turns.hold.known.isToBeAsked(T0 + 100)).toBe(false);
  });

  it('does not wait for an agent that is away for more than seconds; its token is a newer one when that is back', () => {
    const turns = new TurnQueue('h1', T0);
    turns.request(request('a'), T0);
    expect(turns.nextWakeAt(T0)).toBe(T0 + 5_000);
    turns.tick(T0 + 4_999);
    expect(said(turns)).toEqual([]);
    turns.tick(T0 + 5_000);
    expect(said(turns)).toEqual(['a: granted 1']);
    turns.heardHost(ledger(57), T0 + HOUR);
    expect(said(turns)).toEqual(['a: granted 58']);
  });

  it('takes a token that somebody else had for theirs, and its holder’s own for that', () => {
    for (const [holder, expected] of [
      ['incident/old/h1', ['a: granted 2']],
      ['incident/a/h1', []],
    ] as const) {
      const turns = new TurnQueue('h1', T0);
      turns.request(request('a'), T0);
      turns.tick(T0 + 5_000);
      said(turns);
      turns.heardHost(ledger(1, [], holder), T0 + 6_000);
      expect(said(turns)).toEqual(expected);
    }
  });

  it('goes on where the host cannot say it, and asks again', () => {
    const turns = new TurnQueue('h1', T0);
    turns.request(request('a'), T0);
    turns.hostCannotSay('it is too old', T0);
    expect(said(turns)).toEqual(['a: granted 1']);
    expect([turns.hold.known.isToBeAsked(T0), turns.hold.known.isToBeAsked(T0 + 60_000)]).toEqual([false, true]);
  });
});

describe('a token that the host refused as too old', () => {
  it('is given anew to its holder, when the host has said what it saw', () => {
    const turns = new TurnQueue('h1', T0);
    turns.heardHost(ledger(3), T0);
    turns.request(request('a'), T0);
    said(turns);
    turns.request(request('a', { staleToken: 4 }), T0);
    expect([said(turns), turns.hold.known.isToBeAsked(T0)]).toEqual([[], true]);
    turns.heardHost(ledger(90), T0);
    expect(said(turns)).toEqual(['a: granted 91']);
    turns.request(request('a', { staleToken: 4 }), T0);
    expect(said(turns)).toEqual(['a: granted 91']);
  });

  it('is given anew though the host by now names no other: whoever was refused must not wait for ever', () => {
    const turns = new TurnQueue('h1', T0);
    turns.heardHost(ledger(3), T0);
    turns.request(request('a'), T0);
    turns.request(request('a', { staleToken: 4 }), T0);
    said(turns);
    turns.heardHost(ledger(4, [], 'incident/a/h1'), T0);
    expect(said(turns)).toEqual(['a: granted 5']);
    expect(turns.state.recent.map(({ text }) => text)).toContain('The host saw a newer token than 4');
  });

  it('takes the turn from nobody', () => {
    const turns = new TurnQueue('h1', T0);
    turns.heardHost(ledger(3), T0);
    turns.request(request('b'), T0);
    said(turns);
    turns.request(request('a', { staleToken: 2 }), T0);
    expect(said(turns)).toEqual(['a: queued']);
  });
});

describe('the pauses that the host keeps', () => {
  it('hold for a guard that was lost', () => {
    const turns = new TurnQueue('h1', T0);
    turns.request(request('a'), T0);
    turns.heardHost(ledger(3, [pause('anna')]), T0);
    expect(said(turns)).toEqual(['a: refused']);
    expect(turns.view(T0).pauses).toMatchObject([{ by: 'anna', until: at(HOUR) }]);
    expect(turns.hold.known.isBehind(T0)).toBe(false);
    turns.tick(T0 + HOUR);
    expect(said(turns)).toEqual(['a: resumed']);
  });

  it('stand beside those that people ask for meanwhile, whose own are the newer ones', () => {
    const turns = new TurnQueue('h1', T0);
    turns.hold.pause({ by: 'anna', reason: 'again', forMs: 2_000 }, T0);
    turns.hold.pause({ by: 'bela', reason: 'x', forMs: HOUR }, T0);
    turns.heardHost(ledger(3, [pause('Anna', 6 * HOUR), pause('carla')]), T0);
    expect(turns.view(T0).pauses.map(({ by, until }) => [by, until])).toEqual([
      ['carla', at(HOUR)],
      ['anna', at(2_000)],
      ['bela', at(HOUR)],
    ]);
    expect([turns.hold.known.isBehind(T0), turns.state.host.revision]).toEqual([true, 10]);
  });

  it('are said once, however often the host is asked', () => {
    const turns = new TurnQueue('h1', T0);
    turns.heardHost(ledger(3, [pause('anna')]), T0);
    turns.heardHost(ledger(3, [pause('anna')]), T0 + 60_000);
    expect(turns.state.recent.filter(({ text }) => text.includes('keeps changes paused by anna'))).toHaveLength(1);
  });

  it('end by whoever ended them before the host could say that it has them', () => {
    const turns = new TurnQueue('h1', T0);
    expect(turns.hold.canResume({ by: 'anna' })).toBe(true);
    turns.hold.resume({ by: 'anna' }, T0);
    turns.heardHost(ledger(3, [pause('anna'), pause('bela')]), T0);
    expect(turns.view(T0).pauses.map(({ by }) => by)).toEqual(['bela']);
    expect(turns.hold.known.isBehind(T0)).toBe(true);
    expect(turns.hold.canResume({ by: 'anna' })).toBe(false);
  });

  it('are told to it after each change, until it has them or they are over', () => {
    const turns = new TurnQueue('h1', T0);
    turns.heardHost(ledger(3), T0);
    turns.hold.pause({ by: 'anna', reason: 'x', forMs: HOUR }, T0);
    expect(turns.hold.known.isBehind(T0)).toBe(true);
    turns.hold.known.kept({ revision: turns.state.host.revision, pauses: [] });
    expect(turns.hold.known.isBehind(T0)).toBe(false);
    turns.hold.resume({ by: 'anna' }, T0);
    expect(turns.hold.known.isBehind(T0)).toBe(true);
    expect(turns.isForgotten(T0 + HOUR - 1)).toBe(false);
    expect(turns.isForgotten(T0 + HOUR)).toBe(true);
  });
});

describe('a host that saw a newer token', () => {
  const asked = () => {
    const turns = new TurnQueue('h1', T0);
    turns.heardHost(ledger(3), T0);
    turns.request(request('a'), T0);
    turns.request(request('b'), T0);
    turns.request(request('a', { staleToken: 4 }), T0);
    said(turns);
    return turns;
  };

  it('is asked before the turn goes on to the next', () => {
    const turns = asked();
    turns.release({ ...request('a'), changed: false }, T0);
    expect(said(turns)).toEqual([]);
    turns.heardHost(ledger(90), T0 + 100);
    expect(said(turns)).toEqual(['b: granted 91']);
  });

  it('and says nothing holds nobody up for longer than seconds, however often it is to be asked', () => {
    const turns = new TurnQueue('h1', T0);
    turns.request(request('a'), T0);
    turns.tick(T0 + 5_000);
    turns.request(request('a', { staleToken: 1 }), T0 + 6_000);
    turns.request(request('b'), T0 + 6_000);
    said(turns);
    turns.release({ ...request('a'), changed: false }, T0 + 6_000);
    expect(said(turns)).toEqual(['b: granted 2']);
  });
});

describe('pauses that people ended', () => {
  it('at the very moment at which they began are over', () => {
    const turns = new TurnQueue('h1', T0);
    turns.hold.resume({ by: 'anna' }, T0);
    turns.heardHost(ledger(3, [pause('anna', HOUR, 0), pause('bela', HOUR, 0)]), T0);
    expect(turns.view(T0).pauses.map(({ by }) => by)).toEqual(['bela']);
  });

  it('for all of them, before the host could say whose it has, are over, whoever had them', () => {
    const turns = new TurnQueue('h1', T0);
    expect(turns.hold.canResume({ by: 'carla', all: true })).toBe(true);
    turns.hold.resume({ by: 'carla', all: true }, T0);
    turns.heardHost(ledger(3, [pause('anna'), pause('bela')]), T0);
    expect(turns.paused).toBeNull();
  });

  it('stay over though the host, which was not told yet, is asked once more', () => {
    const turns = new TurnQueue('h1', T0);
    turns.heardHost(ledger(3), T0);
    const { revision } = (turns.hold.pause({ by: 'anna', reason: 'x', forMs: HOUR }, T0), turns.state.host);
    const kept = { revision, pauses: turns.view(T0).pauses };
    turns.hold.known.kept(kept);
    turns.hold.resume({ by: 'anna' }, T0 + 1_000);
    for (const again of [1, 2]) {
      turns.hold.known.forget(T0 + 2_000);
      turns.heardHost({ newest: { token: 3, holder: '' }, kept }, T0 + 2_000 + again);
      expect(turns.paused).toBeNull();
      expect(turns.hold.known.isBehind(T0 + 3_000)).toBe(true);
    }
    turns.hold.known.kept({ revision: turns.state.host.revision, pauses: [] });
    expect(turns.state.host.ended).toEqual([]);
  });

  it('are anybody’s to end by who had one, or with all of them, and nobody else’s', () => {
    const turns = new TurnQueue('h1', T0);
    turns.heardHost(ledger(3, [pause('anna')]), T0);
    const may = [{ by: 'anna' }, { by: 'bela' }, { by: 'bela', all: true }];
    expect(may.map((one) => turns.hold.canResume(one))).toEqual([true, false, true]);
  });
});

it('a pause is told anew to a host that was rebuilt and knows of none', () => {
  const turns = new TurnQueue('h1', T0);
  turns.heardHost(ledger(3), T0);
  turns.hold.pause({ by: 'anna', reason: 'x', forMs: HOUR }, T0);
  turns.hold.known.kept({ revision: turns.state.host.revision, pauses: [] });
  turns.hold.known.forget(T0);
  turns.heardHost({ newest: { token: 0, holder: '' }, kept: { revision: 0, pauses: [] } }, T0);
  expect(turns.view(T0).pauses.map(({ by }) => by)).toEqual(['anna']);
  expect(turns.hold.known.isBehind(T0)).toBe(true);
});

it('people are reminded of a pause that only the host knew of', () => {
  const turns = new TurnQueue('h1', T0);
  turns.heardHost(ledger(3, [pause('anna', 2 * HOUR)]), T0);
  expect(turns.nextWakeAt(T0)).toBe(T0 + HOUR);
  expect(turns.tick(T0 + HOUR)).toBe(true);
});
