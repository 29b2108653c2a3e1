import { TimeoutFailure } from '@temporalio/common';
import { at, incidents, wish } from './leases';
import { HOUR, MINUTE, PlayedLease, SECOND, refusal } from './played-lease';

jest.mock('@temporalio/workflow', () => jest.requireActual<{ played(): object }>('./played-temporal').played());

const MEMBER = 'blockedAddress[203.0.113.9]';

/** One that asks for what an agent does not do. */
async function refused(act: (played: PlayedLease) => void, first = incidents('A')): Promise<PlayedLease> {
  const played = await PlayedLease.begin();
  act(played);
  await played.temporal.signal('requestLease', first);
  return played;
}

const failing = (err: Error) => (played: PlayedLease) => {
  played.settings.before = (activity) => {
    if (activity === 'ensureSetting' && played.settings.permits.at(-1)!.kind === 'change') throw err;
  };
};

describe('a wish that is carried out', () => {
  it('has as long as it is wanted, and two minutes at most', async () => {
    const times = async (until: string) => {
      const played = await PlayedLease.live(incidents('A', { until: at(until) }));
      return played.temporal.asked.map(({ scheduleToCloseTimeout: ms }) => ms);
    };
    expect(await times('04:00:00')).toEqual([120_000, 120_000]);
    expect(await times('03:01:00')).toEqual([60_000, 60_000]);
  });

  it('is not where its time is over before its turn has come, also when others want the lease on', async () => {
    const played = await PlayedLease.live(incidents('A', { until: at('09:00:00') }));
    played.temporal.activities.requestTurn = () => undefined;
    await played.temporal.signal('requestLease', wish({ owner: 'anna', value: 2, id: 'x' }));
    await played.temporal.pass(HOUR);
    await played.temporal.signal('turn', { kind: 'granted', token: 8, restartsLeft: {} });
    expect(played.view).toMatchObject({ state: 'active', value: 4 });
    expect(played.view.refusals).toEqual([{ id: 'x', reason: '2 could not be applied: its time is over' }]);
    expect(played.settings.writes).toEqual([4]);
  });

  it('with a token that the host knows as old is not tried again, where the turn is an incident’s', async () => {
    const played = await refused(failing(refusal('token 7 is older than 9', 'StaleToken')));
    expect(played.temporal.result).toMatchObject({ state: 'refused' });
    expect(played.notes).toContain('4 could not be applied: token 7 is older than 9');
    expect(played.settings.permits).toHaveLength(2);
  });
});

describe('a wish that is not carried out', () => {
  it('because the host has it already is refused', async () => {
    const played = await refused(({ settings }) => (settings.values['openai.max_qps'] = 4));
    expect(played.temporal.result).toMatchObject({ state: 'refused', current: 4 });
    expect(played.notes.at(-1)).toBe('It is 4 already, and not by Halcyon');
    expect(played.calls).toEqual(['observeSetting']);
  });

  it('because it is not there is refused, and nobody looks again', async () => {
    const played = await refused(({ settings }) => (settings.malformed = true));
    expect(played.temporal.result).toMatchObject({ state: 'refused' });
    expect(played.notes.slice(1)).toEqual(['4 could not be applied: /etc/k.json is malformed', 'Nothing was changed']);
    expect(played.calls).toEqual(['observeSetting']);
  });

  it('because somebody edits it at that moment is overtaken', async () => {
    const played = await refused(failing(refusal('is 6', 'ValueChanged')));
    expect(played.temporal.result).toMatchObject({ state: 'overtaken' });
    expect(played.notes.at(-1)).toBe('Overtaken, left alone: is 6');
    expect(played.sent('incident/A/h1')).toMatchObject([['leaseChanged', { id: 'A', state: 'overtaken' }]]);
  });

  it('because somebody edited what is in effect is overtaken, and that stays', async () => {
    const played = await PlayedLease.live();
    played.settings.values['openai.max_qps'] = 6;
    await played.temporal.signal('requestLease', incidents('B', { value: 2 }));
    expect(played.temporal.result).toMatchObject({ state: 'overtaken', current: 6 });
    expect(played.notes.at(-1)).toBe('Overtaken, left alone: /etc/k.json has 6 by another hand');
    expect(played.settings.writes).toEqual([4]);
  });

  it('in time says what the agent said last', async () => {
    const last = refusal('KingFisher is away', 'ObservationFailed');
    const late = new TimeoutFailure('', undefined, 'SCHEDULE_TO_CLOSE');
    expect((await refused(failing(late))).notes).toContain(
      '4 could not be applied: the agent on h1 did not do it in time',
    );
    const said = Object.assign(new TimeoutFailure('', undefined, 'SCHEDULE_TO_CLOSE'), { cause: last });
    expect((await refused(failing(said))).notes).toContain(
      '4 could not be applied: the agent on h1 did not do it in time: KingFisher is away',
    );
  });

  it('and may have been written is put back', async () => {
    const played = await refused((one) => {
      one.settings.before = (activity) => {
        if (activity !== 'ensureSetting' || one.settings.permits.length > 1) return;
        one.settings.halfWritten('openai.max_qps', 4);
        throw refusal('the restart failed', 'UnitMasked');
      };
    });
    expect(played.temporal.result).toMatchObject({ state: 'undone', current: 8 });
    expect(played.notes.at(-1)).toBe('8 is put back');
  });

  it('because of a bug fails, and does not look like a finding', async () => {
    const bug = new TypeError('no such thing');
    const played = await refused(failing(bug));
    expect(played.temporal.failure).toBe(bug);
  });
});

describe("a person's wish", () => {
  const anna = wish({ owner: 'anna', id: 'x' });

  async function waiting(): Promise<PlayedLease> {
    return await refused(({ temporal }) => (temporal.activities.requestTurn = () => undefined), anna);
  }

  it('asks the guard for a turn, and gives it back', async () => {
    const played = await waiting();
    expect(played.view.state).toBe('applying');
    const run = { incidentId: 'lease/h1/openai.max_qps', runId: 'run-1' };
    expect(played.temporal.asked).toMatchObject([
      {
        name: 'requestTurn',
        args: {
          host: 'h1',
          request: { ...run, runbook: 'lease', severity: 'warning', startsAt: at('03:00:00'), startedBy: 'anna' },
        },
      },
    ]);
    await played.temporal.signal('turn', { kind: 'granted', token: 9, restartsLeft: {} });
    expect(played.view.state).toBe('active');
    expect(played.settings.permits).toEqual([{ kind: 'change', token: 9, holder: run.incidentId }]);
    expect(played.notes).toContain("It is this lease's turn to change h1");
    expect(played.sent('guard/h1').at(-1)).toEqual(['releaseTurn', { ...run, changed: false }]);
  });

  it('whose token the host knows as old gets a newer one of its own turn', async () => {
    const played = await waiting();
    const { settings, temporal } = played;
    settings.before = (activity) => {
      if (activity === 'ensureSetting' && settings.permits.at(-1)!.token < 20) throw refusal('old', 'StaleToken');
    };
    await temporal.signal('turn', { kind: 'granted', token: 9, restartsLeft: {} });
    await temporal.signal('turn', { kind: 'granted', token: 20, restartsLeft: {} });
    expect(played.view.state).toBe('active');
    expect(settings.permits.map(({ token }) => token)).toEqual([9, 20]);
  });

  it('waits for others, and says for whom', async () => {
    const played = await waiting();
    await played.temporal.signal('turn', { kind: 'queued', holder: 'incident/A/h1', position: 1 });
    expect(played.notes.at(-1)).toBe('Waits for its turn: incident/A/h1 changes h1: place 1');
  });

  it('that is refused its turn is refused, and says why', async () => {
    const played = await waiting();
    await played.temporal.signal('turn', { kind: 'refused', reason: 'paused', detail: 'h1 is paused by bob' });
    expect(played.temporal.result).toMatchObject({ state: 'refused' });
    expect(played.view.refusals).toEqual([{ id: 'x', reason: '4 could not be applied: h1 is paused by bob' }]);
    expect(played.settings.calls).not.toContain('ensureSetting');
    expect(played.sent('guard/h1')).toHaveLength(1);
  });

  it('that is given up while it waits leaves the queue, and nothing is changed', async () => {
    const played = await waiting();
    await played.release();
    expect(played.temporal.result).toMatchObject({ state: 'refused', endedAt: at('03:00:00') });
    expect(played.sent('guard/h1')).toMatchObject([['releaseTurn', { changed: false }]]);
    expect(played.settings.permits).toEqual([]);
  });

  it('whose time ends while it waits changes nothing', async () => {
    const played = await waiting();
    await played.temporal.pass(HOUR + 20 * MINUTE);
    expect(played.temporal.result).toMatchObject({ state: 'refused' });
    expect(played.settings.permits).toEqual([]);
  });

  it('waits behind an incident that wants the same and brings its turn, and then renews', async () => {
    const played = await waiting();
    await played.temporal.signal('requestLease', incidents('A'));
    expect(played.settings.permits[0]).toEqual({ kind: 'change', token: 7, holder: 'incident/A/h1' });
    expect(played.view.state).toBe('active');
  });

  it('that meets a bug gives its turn back all the same', async () => {
    const played = await waiting();
    const bug = new TypeError('no such thing');
    played.settings.before = () => {
      throw bug;
    };
    await played.temporal.signal('turn', { kind: 'granted', token: 9, restartsLeft: {} });
    expect(played.temporal.failure).toBe(bug);
    expect(played.sent('guard/h1').at(-1)).toMatchObject(['releaseTurn', {}]);
  });
});

describe('a lease that its place would end too early', () => {
  const blocked = { setting: MEMBER, value: 'blocked' } as const;
  const extension = { by: 'anna', for: '5h', reason: 'still' };
  const live = async () => await PlayedLease.live(incidents('A', { ...blocked }), { setting: MEMBER });

  it('is kept there for as long as it is wanted, and keeps what stands there', async () => {
    const played = await live();
    await played.temporal.pass(10 * MINUTE);
    await played.temporal.update('extend', extension);
    const { args, scheduleToCloseTimeout } = played.temporal.asked.at(-1)!;
    const permit = { kind: 'undo', token: 0, holder: 'lease/h1/openai.max_qps' };
    expect(args).toEqual({ setting: MEMBER, expected: 'blocked', value: 'blocked', forMs: 5 * HOUR, permit });
    expect(scheduleToCloseTimeout).toBe(30 * SECOND);
    expect(played.view).toMatchObject({ state: 'active', endsAt: at('08:10:00'), endsThereAt: at('08:10:10') });
    expect(await played.temporal.end()).toMatchObject({ state: 'undone', endedAt: at('08:10:00') });
  });

  /** As its place answers that it keeps it for so long. */
  async function keptFor(ms: number): Promise<PlayedLease> {
    const played = await live();
    const { ensureSetting } = played.settings.activities();
    played.temporal.activities.ensureSetting = async (asked: Parameters<typeof ensureSetting>[0]) => {
      const changed = await ensureSetting(asked);
      return asked.value === 'blocked' ? { ...changed, after: { ...changed.after, endsInMs: ms } } : changed;
    };
    await played.temporal.update('extend', extension);
    return played;
  }

  it('and whose place keeps it no longer ends when the place ends it', async () => {
    const played = await keptFor(5 * HOUR - SECOND);
    expect(played.view).toMatchObject({ state: 'active', endsAt: at('07:59:59'), endsThereAt: at('07:59:59') });
    expect(played.notes.at(-1)).toBe(`Ends ${at('07:59:59')} and not later: /etc/k.json keeps it no longer`);
  });

  it('and whose place keeps it exactly so long is not cut short', async () => {
    const played = await keptFor(5 * HOUR);
    expect(played.notes.at(-1)).toBe(`Extended until ${at('08:00:00')} by anna: still`);
    expect(played.view.endsAt).toBe(at('08:00:00'));
  });

  it('and whose place has no end for it any more is not cut short', async () => {
    const played = await keptFor(undefined as never);
    expect(played.view).toMatchObject({ endsAt: at('08:00:00'), endsThereAt: null });
  });

  it('and whose agent does not allow it ends when its place ends it, and says why', async () => {
    const played = await live();
    played.settings.before = () => {
      if (played.settings.permits.length === 2) throw refusal('agent.allow does not name blockAddress', 'NotAllowed');
    };
    await played.temporal.update('extend', extension);
    expect(played.view).toMatchObject({ state: 'active', endsAt: at('04:00:10') });
    expect(played.notes.at(-1)).toBe(`Ends ${at('04:00:10')} and not later: agent.allow does not name blockAddress`);
  });

  it('and that is another value there by then is over', async () => {
    const played = await live();
    played.settings.values[MEMBER] = 'unblocked';
    await played.temporal.update('extend', extension);
    expect(played.temporal.result).toMatchObject({ state: 'undone', endedAt: at('03:00:00') });
    expect(played.notes).toContain('Released by h1: is unblocked');
  });

  it('and meets a bug fails, and does not look like a finding', async () => {
    const played = await live();
    const bug = new TypeError('no such thing');
    played.settings.before = () => {
      throw bug;
    };
    await played.temporal.update('extend', extension).catch(() => undefined);
    expect(played.temporal.failure).toBe(bug);
  });
});
