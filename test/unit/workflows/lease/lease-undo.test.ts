import { at, incidents, wish } from './leases';
import { CLOCK, MINUTE, PlayedLease, SECOND, failing, paged, refusal } from './played-lease';

jest.mock('@temporalio/workflow', () => jest.requireActual<{ played(): object }>('./played-temporal').played());

const by = { by: 'anna', reason: 'h1 was rebuilt' };
const AWAY = '8 could not be put back: /etc/k.json is malformed';

describe('an undo that fails', () => {
  it('is tried again after one second, then two, and at last each minute, for as long as it takes', async () => {
    const played = await failing();
    await played.temporal.pass(10 * MINUTE);
    const pauses = played.temporal.waits.filter(({ summary }) => summary === 'Undo openai.max_qps again');
    const seconds = pauses.map(({ ms }) => ms! / SECOND);
    expect(seconds.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(played.notes.filter((note) => note === AWAY)).toHaveLength(1);
    played.settings.malformed = false;
    expect(await played.temporal.end()).toMatchObject({ state: 'undone', current: 8 });
    expect(played.settings.writes).toEqual([4, 8]);
  });

  it('asks its agent for a round of a minute, and of ten when people were paged', async () => {
    const played = await failing();
    expect(played.temporal.asked.at(-1)!.scheduleToCloseTimeout).toBe(55 * SECOND);
    await played.temporal.pass(5 * MINUTE);
    expect(played.temporal.asked.at(-1)!.scheduleToCloseTimeout).toBe(10 * MINUTE);
  });

  it('is tried at once when somebody hurries it, once for each time', async () => {
    const played = await failing();
    await played.temporal.pass(3 * MINUTE);
    const { length } = played.calls;
    await played.temporal.update('release', { by: 'bela', reason: 'now' });
    expect(played.calls).toHaveLength(length + 1);
    await played.temporal.pass(50 * SECOND);
    expect(played.calls).toHaveLength(length + 1);
    await played.temporal.update('release', { by: 'bela', reason: 'now' });
    expect(played.calls).toHaveLength(length + 2);
  });

  it('is not tried on when its value is wanted again', async () => {
    const played = await failing();
    await played.temporal.signal('requestLease', incidents('B'));
    played.settings.before = () => void (played.settings.malformed = played.calls.length < 5);
    await played.temporal.pass(10 * SECOND);
    expect(played.view).toMatchObject({ state: 'active', value: 4, owners: [{ owner: 'incident/B/h1' }] });
    expect(played.notes).toContain('Wanted again before it was undone');
    expect(played.settings.writes).toEqual([4]);
  });

  it('because somebody else set it is no failure', async () => {
    const played = await PlayedLease.live();
    played.settings.values['openai.max_qps'] = 6;
    await played.release();
    expect(played.temporal.result).toMatchObject({ state: 'overtaken', current: 6 });
    expect(played.notes.at(-1)).toBe('Overtaken, left alone: /etc/k.json has 6 by another hand');
    expect(played.temporal.children).toEqual([]);
  });

  it('says why its agent did not do it, and goes on', async () => {
    const played = await PlayedLease.live();
    played.settings.before = () => {
      throw refusal('KingFisher is away', 'ObservationFailed');
    };
    await played.release();
    expect(played.notes.at(-1)).toBe('8 could not be put back: KingFisher is away');
    expect(played.view.state).toBe('undoing');
  });

  it('because of a bug fails, and does not look like an agent that is away', async () => {
    const played = await PlayedLease.live();
    const bug = new TypeError('no such thing');
    played.settings.before = () => {
      throw bug;
    };
    await played.release().catch(() => undefined);
    expect(played.temporal.failure).toBe(bug);
  });

  it('goes on in a new run when this one is long, and people are not paged anew', async () => {
    const played = await paged({ maxEvents: 100 });
    played.temporal.info.historyLength = 101;
    await played.temporal.pass(MINUTE);
    expect(played.carriedOn).toMatchObject({ view: { state: 'undoing', original: 8 }, paged: true });
    await played.next();
    await played.temporal.pass(10 * MINUTE);
    expect(played.temporal.children).toHaveLength(1);
    played.settings.malformed = false;
    expect(await played.temporal.end()).toMatchObject({ state: 'undone', original: 8 });
    expect(played.sent(CLOCK).at(-1)).toMatchObject(['closed', { outcome: 'selfHealed' }]);
  });
});

describe('a lease that is given up', () => {
  it('while its agent is at it calls that off', async () => {
    const played = await failing();
    played.settings.before = () => new Promise<void>(() => undefined);
    await played.temporal.pass(SECOND);
    expect(played.temporal.calledOff).toEqual([]);
    await played.temporal.update('abandon', by);
    expect(played.temporal.calledOff).toEqual(['observeSetting']);
    expect(played.temporal.result).toMatchObject({ state: 'abandoned' });
  });

  it('between two tries is over at once, and is not tried again', async () => {
    const played = await failing();
    await played.temporal.pass(5 * SECOND);
    const { length } = played.calls;
    await played.temporal.update('abandon', by);
    expect(played.temporal.result).toMatchObject({ state: 'abandoned', endedAt: at('03:00:05') });
    expect(played.calls).toHaveLength(length);
  });

  it('while its agent fails is given up, and that is no failure of it', async () => {
    const played = await failing();
    let fail = (_: Error): void => undefined;
    played.settings.before = () => new Promise<void>((_, reject) => (fail = reject));
    await played.temporal.pass(SECOND);
    // Temporal tells of both at once.
    const given = played.temporal.update('abandon', by);
    fail(refusal('away', 'ObservationFailed'));
    await given;
    expect(played.temporal.result).toMatchObject({ state: 'abandoned' });
    expect(played.notes.at(-1)).toContain('Given up by anna');
  });

  it('and is long goes on in no new run', async () => {
    const played = await failing({ maxEvents: 100 });
    played.temporal.info.historyLength = 101;
    await played.temporal.update('abandon', by);
    expect(played.temporal.continuedAs).toBeUndefined();
    expect(played.temporal.result).toMatchObject({ state: 'abandoned' });
  });
});

describe('a lease that lost what it knew', () => {
  /** It asks for its time to be over, and its host knows of a change, or of none. */
  async function over(known?: { original: number; values: number[] }, act?: (played: PlayedLease) => void) {
    const played = await PlayedLease.begin();
    if (known !== undefined) Object.assign(played.settings.known, { 'openai.max_qps': known });
    played.settings.values['openai.max_qps'] = 4;
    act?.(played);
    await played.temporal.signal('requestLease', wish({ until: at('03:00:00') }));
    return played;
  }

  it('puts back what its host knows of', async () => {
    const played = await over({ original: 8, values: [4] });
    expect(played.temporal.result).toMatchObject({ state: 'undone', original: 8, current: 8 });
    expect(played.settings.writes).toEqual([8]);
    expect(played.temporal.asked[0]!.scheduleToCloseTimeout).toBe(10 * SECOND);
  });

  it.each([
    ['knows of none', undefined],
    ['says is another’s', { original: 8, values: [2] }],
  ])('changes nothing that its host %s', async (_what, known) => {
    const played = await over(known);
    expect(played.temporal.result).toMatchObject({ state: 'refused' });
    expect(played.notes.at(-1)).toBe('Nothing was changed');
    expect(played.settings.writes).toEqual([]);
    expect(played.calls).toEqual(['observeSetting']);
  });

  it('changes nothing where its agent is away', async () => {
    const away = ({ settings }: PlayedLease) => {
      settings.before = () => {
        throw refusal('away', 'ObservationFailed');
      };
    };
    expect((await over(undefined, away)).temporal.result).toMatchObject({ state: 'refused' });
  });

  it('fails because of a bug, and does not look like one that changed nothing', async () => {
    const bug = new TypeError('no such thing');
    const broken = ({ settings }: PlayedLease) => {
      settings.before = () => {
        throw bug;
      };
    };
    expect((await over(undefined, broken)).temporal.failure).toBe(bug);
  });
});
