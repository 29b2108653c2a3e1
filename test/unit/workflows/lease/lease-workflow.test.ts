import { renderLease } from '../../../../src/workflows/lease/lease-details';
import { at, incidents } from './leases';
import { HOUR, MINUTE, PlayedLease, SECOND } from './played-lease';

jest.mock('@temporalio/workflow', () => jest.requireActual<{ played(): object }>('./played-temporal').played());

const by = { by: 'anna', reason: 'the test says so' };

describe('a lease', () => {
  it('is found by its host and its state, and shows how it stands', async () => {
    const played = await PlayedLease.live();
    expect(played.temporal.details).toBe(renderLease(played.view));
    await played.temporal.end();
    const is = (state: string) => ({ HalcyonHost: 'h1', HalcyonState: state });
    expect(played.temporal.attributes).toEqual(['applying', 'active', 'undoing', 'undone'].map(is));
    expect(played.temporal.result).toMatchObject({ state: 'undone', endedAt: at('04:00:00') });
    expect(played.temporal.details).toBe(renderLease(played.view));
  });

  it('waits five seconds for its first request, and no longer', async () => {
    const asked = await PlayedLease.begin();
    await asked.temporal.pass(4 * SECOND);
    await asked.temporal.signal('requestLease', incidents('A'));
    expect(asked.view.state).toBe('active');
    const played = await PlayedLease.begin();
    expect(await played.temporal.end()).toMatchObject({ state: 'refused', endedAt: at('03:00:05') });
    expect(played.notes).toEqual(['Nobody asked for it: start it with "halcyon leases apply"']);
    expect(played.calls).toEqual([]);
  });

  it('looks, changes, and puts back, each by its own permit', async () => {
    const played = await PlayedLease.live();
    await played.temporal.end();
    expect(played.calls).toEqual(['observeSetting', 'ensureSetting', 'observeSetting', 'ensureSetting']);
    const setting = 'openai.max_qps';
    const [, set, , putBack] = played.temporal.asked;
    const permit = { kind: 'change', token: 7, holder: 'incident/A/h1' };
    expect(set!.args).toEqual({ setting, expected: 8, value: 4, forMs: HOUR, permit });
    const undo = { kind: 'undo', token: 0, holder: 'lease/h1/openai.max_qps' };
    expect(putBack!.args).toEqual({ setting, expected: 4, value: 8, permit: undo });
    expect(set!.taskQueue).toBe('host/h1');
    expect([set!.summary, putBack!.summary]).toEqual([
      'openai.max_qps: null → 4, applying',
      'openai.max_qps: 8 → 4, undoing',
    ]);
    const waits = played.temporal.waits.filter(({ ms }) => ms !== undefined);
    expect(waits.at(-1)).toEqual({ ms: HOUR, summary: `openai.max_qps until ${at('04:00:00')}` });
  });

  it('that is cancelled is undone at once, and is not forgotten', async () => {
    const played = await PlayedLease.live();
    await played.temporal.cancel();
    expect(played.temporal.result).toMatchObject({ state: 'undone', endedAt: at('03:00:00') });
    expect(played.notes).toContain('Released by Temporal: the workflow was cancelled');
    expect(played.settings.writes).toEqual([4, 8]);
  });

  it('is released, extended and asked about by people', async () => {
    const played = await PlayedLease.live();
    const extended = await played.temporal.update('extend', { ...by, for: '5h' });
    expect(extended).toMatchObject({ endsAt: at('08:00:00'), owners: [{}, { owner: 'anna' }] });
    await played.temporal.pass(2 * HOUR);
    expect(played.view).toMatchObject({ state: 'active', endsAt: at('08:00:00') });
    await expect(played.temporal.update('release', { ...by, owner: 'carla' })).rejects.toThrow(/does not hold/);
    await expect(played.temporal.update('abandon', by)).rejects.toThrow(/only one whose undo fails/);
    expect(await played.temporal.update('release', by)).toMatchObject({ owners: [] });
    expect(played.temporal.result).toMatchObject({ state: 'undone', endedAt: at('05:00:00') });
    await expect(played.temporal.update('extend', { ...by, for: '5h' })).rejects.toThrow(/is undone/);
  });

  it('is given up by its incident with a signal', async () => {
    const played = await PlayedLease.live();
    const given = { owner: 'incident/A/h1', by: 'incident/A/h1', reason: 'closed' };
    await played.temporal.signal('releaseLease', given);
    expect(played.temporal.result).toMatchObject({ state: 'undone', endedAt: at('03:00:00') });
  });

  it('takes another wish as it ends, as a new one', async () => {
    const played = await PlayedLease.live();
    played.settings.afterWrite = () => {
      played.settings.afterWrite = () => undefined;
      void played.temporal.signal('requestLease', incidents('B', { value: 2 }));
    };
    await played.release();
    expect(played.view).toMatchObject({ state: 'active', original: 8, value: 2 });
    expect(played.settings.writes).toEqual([4, 8, 2]);
    expect(await played.temporal.end()).toMatchObject({ state: 'undone', original: 8 });
  });
});

it('a lease is over when its incidents have heard of it, and a wish that comes before that begins it anew', async () => {
  const played = await PlayedLease.live();
  let isHeard = (): void => undefined;
  const heard = new Promise<void>((resolve) => (isHeard = resolve));
  played.temporal.beforeSignal = () => heard;
  await played.release();
  expect(played.view.state).toBe('undone');
  await played.temporal.signal('requestLease', incidents('B', { value: 2 }));
  expect([played.view.state, played.temporal.result]).toEqual(['undone', undefined]);
  isHeard();
  await played.temporal.pass(0);
  expect(played.view).toMatchObject({ state: 'active', original: 8, value: 2 });
});

describe('a lease whose run is long', () => {
  it('goes on in a new one that knows the same, when its incidents have heard all', async () => {
    const played = await PlayedLease.live(incidents('A'), { maxEvents: 100 });
    let isHeard = (): void => undefined;
    const heard = new Promise<void>((resolve) => (isHeard = resolve));
    played.temporal.beforeSignal = () => heard;
    played.temporal.info.historyLength = 101;
    await played.temporal.signal('requestLease', incidents('A', { id: 'again' }));
    expect(played.temporal.continuedAs).toBeUndefined();
    isHeard();
    await played.temporal.pass(0);
    const { view } = played;
    expect(played.temporal.continuedAs).toMatchObject({ host: 'h1', maxEvents: 100, state: { view } });
    expect(played.sent('incident/A/h1').at(-1)).toMatchObject(['leaseChanged', { id: 'again', state: 'active' }]);
    await played.next();
    expect(played.view).toEqual(view);
    expect(await played.temporal.end()).toMatchObject({ state: 'undone', endedAt: at('04:00:00') });
  });

  it('first does what is due: another wish, or its end', async () => {
    for (const isDue of ['another wish', 'its end']) {
      const played = await PlayedLease.live();
      played.temporal.info.historyLength = 2_000;
      if (isDue === 'its end') await played.release();
      else await played.temporal.signal('requestLease', incidents('A', { value: 2 }));
      expect(played.settings.writes.at(-1)).toBe(isDue === 'its end' ? 8 : 2);
      expect(played.temporal.continuedAs === undefined).toBe(isDue === 'its end');
    }
  });

  it('or that another build is to run goes on when it hears of that', async () => {
    const played = await PlayedLease.live();
    played.temporal.info.targetWorkerDeploymentVersionChanged = true;
    await played.temporal.signal('moveOn');
    expect(played.carriedOn).toMatchObject({ view: { state: 'active', value: 4 } });
  });

  it('goes on only while it is held: nothing of it is lost when it does not', async () => {
    const played = await PlayedLease.live();
    await played.temporal.pass(30 * MINUTE);
    expect(played.temporal.continuedAs).toBeUndefined();
    expect(played.view.state).toBe('active');
  });
});
