import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { at, incidents } from './leases';
import { CLOCK, HOUR, MINUTE, PlayedLease, SECOND, failing, paged, refusal } from './played-lease';

jest.mock('@temporalio/workflow', () => jest.requireActual<{ played(): object }>('./played-temporal').played());

const by = { by: 'anna', reason: 'h1 was rebuilt' };

describe('people are paged of an undo', () => {
  it('that fails for two minutes, once, with what stands there and why', async () => {
    const played = await failing();
    await played.temporal.pass(109 * SECOND);
    expect(played.temporal.children).toEqual([]);
    await played.temporal.pass(HOUR);
    const summary = 'openai.max_qps of h1 is still 4 and could not be set back to 8: /etc/k.json is malformed';
    const subject = {
      ...{ workflowId: 'lease/h1/openai.max_qps', runId: 'run-1', firing: 1, runbook: 'lease', host: 'h1' },
      ...{ alertname: 'LeaseNotUndone', severity: 'critical', startsAt: at('03:00:00'), summary },
    };
    const plan = incidents('A').escalation;
    expect(played.temporal.children).toEqual([
      {
        ...{ type: 'escalation', workflowId: CLOCK, parentClosePolicy: 'ABANDON', staticSummary: summary },
        args: [{ subject, plan }],
      },
    ]);
    expect(played.sent(CLOCK)).toEqual([['escalateNow', { reason: summary }]]);
  });

  it('at the first failure after the time, and not a moment before', async () => {
    const played = await PlayedLease.live();
    let failures = 0;
    played.settings.before = async () => {
      // Each try takes as long as its agent does.
      jest.setSystemTime(Date.now() + (failures++ === 0 ? 109_999 : 0));
      throw refusal('away', 'ObservationFailed');
    };
    await played.release();
    expect(played.temporal.children).toEqual([]);
    const late = await PlayedLease.live();
    late.settings.before = async () => {
      jest.setSystemTime(Date.now() + 110_000);
      throw refusal('away', 'ObservationFailed');
    };
    await late.release();
    expect(late.temporal.children).toHaveLength(1);
  });

  it('of a clock that runs already all the same', async () => {
    const played = await failing();
    played.temporal.beforeChild = () => {
      throw new WorkflowExecutionAlreadyStartedError('runs', CLOCK, 'escalation');
    };
    await played.temporal.pass(5 * MINUTE);
    expect(played.sent(CLOCK)).toMatchObject([['escalateNow', {}]]);
    expect(played.temporal.failure).toBeUndefined();
  });

  it('and a bug in paging is not passed over', async () => {
    const played = await failing();
    const bug = new TypeError('no such thing');
    played.temporal.beforeChild = () => {
      throw bug;
    };
    await played.temporal.pass(5 * MINUTE);
    expect(played.temporal.failure).toBe(bug);
  });

  it('whose clock is closed meanwhile hear nothing more, and the undo goes on', async () => {
    const played = await failing();
    played.temporal.beforeSignal = (to) => {
      if (to === CLOCK) throw new Error('not found');
    };
    await played.temporal.pass(5 * MINUTE);
    played.settings.malformed = false;
    expect(await played.temporal.end()).toMatchObject({ state: 'undone' });
    expect(played.temporal.failure).toBeUndefined();
  });

  it('anew for a lease that began anew', async () => {
    const played = await paged();
    played.settings.malformed = false;
    await played.temporal.signal('requestLease', incidents('B', { until: at('05:00:00') }));
    await played.temporal.pass(2 * MINUTE);
    expect(played.view).toMatchObject({ state: 'active', owners: [{ owner: 'incident/B/h1' }] });
    expect(played.sent(CLOCK).map((one) => (one as string[])[0])).toEqual(['escalateNow', 'closed']);
    played.settings.malformed = true;
    await played.release();
    await played.temporal.pass(5 * MINUTE);
    expect(played.temporal.children).toHaveLength(2);
  });

  it('of nothing where nothing failed', async () => {
    const played = await PlayedLease.live();
    await played.temporal.end();
    expect(played.sent(CLOCK)).toEqual([]);
  });
});

describe('whoever was paged hears', () => {
  const last = (played: PlayedLease) => played.sent(CLOCK).at(-1);
  const closed = (outcome: string, what: string) => ['closed', { outcome, summary: `openai.max_qps of h1 is ${what}` }];

  it('that it is undone', async () => {
    const played = await paged();
    played.settings.malformed = false;
    await played.temporal.end();
    expect(last(played)).toEqual(closed('selfHealed', '8: the temporary change is undone'));
    expect(played.sent(CLOCK)).toHaveLength(2);
  });

  it('that somebody else set it', async () => {
    const played = await paged();
    Object.assign(played.settings, { malformed: false }).values['openai.max_qps'] = 6;
    await played.temporal.end();
    expect(last(played)).toEqual(closed('selfHealed', '6: set by somebody else, left alone'));
  });

  it('that it is given up, at once and while its agent is asked', async () => {
    const played = await paged();
    let calls = 0;
    played.settings.before = () => (++calls > 0 ? new Promise<void>(() => undefined) : undefined);
    await played.temporal.pass(MINUTE);
    expect(calls).toBe(1);
    await played.temporal.update('abandon', by);
    expect(played.temporal.result).toMatchObject({ state: 'abandoned' });
    expect(last(played)).toEqual(closed('resolvedByPeople', '4: given up, the original was not put back'));
    expect(played.settings.writes).toEqual([4]);
  });

  it('that it is wanted again, when the value is in effect as before', async () => {
    const played = await paged();
    await played.temporal.signal('requestLease', incidents('B', { until: at('05:00:00') }));
    let looks = 0;
    played.settings.before = () => void (played.settings.malformed = ++looks === 1);
    await played.temporal.pass(2 * MINUTE);
    expect(played.view.state).toBe('active');
    expect(last(played)).toEqual(closed('selfHealed', '4: the temporary change is wanted again'));
    await played.temporal.end();
    expect(played.sent(CLOCK)).toHaveLength(2);
  });

  it('nothing where it is wanted again and its host answers nothing of use', async () => {
    const played = await paged();
    await played.temporal.signal('requestLease', incidents('B', { until: at('05:00:00') }));
    await played.temporal.pass(2 * MINUTE);
    expect(played.view.state).toBe('undoing');
    expect(played.sent(CLOCK)).toHaveLength(1);
  });

  it('that it was given up just as it went on in a new run', async () => {
    const played = await paged({ maxEvents: 100 });
    played.temporal.info.historyLength = 101;
    await played.temporal.pass(MINUTE);
    const { state } = played.temporal.continuedAs as { state: { view: object; failingSince: null } };
    Object.assign(state.view, { state: 'abandoned', endedAt: at('03:06:00') });
    Object.assign(state, { failingSince: null });
    await played.next();
    expect(last(played)).toEqual(closed('resolvedByPeople', '4: given up, the original was not put back'));
    expect(played.temporal.result).toMatchObject({ state: 'abandoned' });
  });
});
