import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import type { Alert } from '../../../src/shared/alert';
import { guardId, leaseId } from '../../../src/shared/ids';
import type { IncidentInput, IncidentView } from '../../../src/shared/incident';
import type { LeaseRequest, LeaseView } from '../../../src/shared/safety/lease';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { alertSignal, leaseQuery, releaseLeaseUpdate } from '../../../src/workflows/messages';
import { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { PLAN } from '../../support/escalations';
import { POLICY as GUARD } from '../../support/sites/guard-site';
import { POLICY, alert, incidentInput, resolvedWhenWell, startIncident, untilState } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { watchOf } from '../../support/scripted/agent-watch';
import { ScriptedSettings } from '../../../src/simulate/script/scripted-settings';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** On a real server: the time-skipping one stands still while guards, leases and incidents talk to each other. */
let site: WorkflowSite;
let settings: ScriptedSettings;
beforeAll(async () => {
  const agent = (host: ScriptedHost) => ({ ...settings.activities(), watchReading: watchOf(host) });
  site = await WorkflowSite.up({
    workflowsPath: require.resolve('../../support/workflows/lease-page-workflows'),
    startServer: startLocal,
    agent,
  });
});
afterAll(async () => await site?.down());

const SETTING = 'openai.max_qps';
/** Nothing needs to be well for long here. */
const QUICK = { ...POLICY, stabilityWindowMs: 50, steadyForMs: 100 };

const RAISED = { quota: 'raised' };
const by = { by: 'anna', reason: 'the test says so' };

/** A host that is well as long as OpenAI is asked at most four times a second, or the quota was raised. */
async function onHost(test: (at: Played) => Promise<void>): Promise<void> {
  settings = new ScriptedSettings();
  await site.withHost(async (host, name) => await test(new Played(host, name)));
}

class Played {
  isRaised = false;

  constructor(
    readonly host: ScriptedHost,
    readonly name: string,
  ) {
    settings.afterWrite = () => this.follow();
    this.follow();
  }

  follow(): void {
    this.host.up.redis = this.isRaised || Number(settings.values[SETTING]) <= 4;
  }

  get lease(): WorkflowHandle {
    return site.env.client.workflow.getHandle(leaseId(this.name, SETTING));
  }

  async start(alertname = 'KingfisherServiceDown', more: Partial<IncidentInput> = {}, labels = {}) {
    const first = alert({ alertname, labels: { alertname, severity: 'critical', ...labels } });
    const input = incidentInput(this.name, { alertname, policy: QUICK, ...more });
    return { first, handle: await startIncident(site.env.client, this.name, first, input) };
  }

  /** A person's lease of another value. */
  async person(value: number): Promise<void> {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const turn = { guard: GUARD };
    const escalation = { ...PLAN, teams: {}, duty: [], tiers: [] };
    const wish: LeaseRequest = {
      host: this.name,
      setting: SETTING,
      value,
      owner: 'anna',
      reason: 'less',
      until,
      turn,
      escalation,
    };
    await createCoordinationActivities(site.env.client).requestLease(wish);
    await waitFor(async () => (await this.lease.query(leaseQuery)).current === value, { what: "anna's value" });
  }

  async undone(): Promise<LeaseView> {
    return (await this.lease.result()) as LeaseView;
  }
}

async function untilView(
  handle: WorkflowHandle,
  what: string,
  isSo: (view: IncidentView) => boolean,
): Promise<IncidentView> {
  return await waitFor(
    async () => {
      const view = await handle.query<IncidentView>('timeline');
      return isSo(view) ? view : undefined;
    },
    { what, deadlineMs: 30_000, everyMs: 50 },
  );
}

const titles = ({ timeline }: IncidentView) => timeline.map(({ title }) => title);

describe('a lease of an incident', () => {
  it('is taken in its turn, stands in its view, and is given back when it closes', async () => {
    await onHost(async (at) => {
      const { first, handle } = await at.start();
      const held = await untilState(handle, 'watching');
      expect(held.leases).toEqual([
        expect.objectContaining({
          setting: SETTING,
          previous: 8,
          value: 4,
          state: 'active',
          reason: '429 from OpenAI',
        }),
      ]);
      expect(settings.permits).toEqual([{ kind: 'change', token: expect.any(Number), holder: handle.workflowId }]);
      expect(settings.permits[0]!.token).toBeGreaterThan(0);
      const step = held.timeline.find(({ title }) => title === 'Reduce openai.max_qps');
      expect(step).toMatchObject({
        kind: 'change',
        status: 'done',
        detail: expect.stringMatching(/^openai.max_qps 8 → 4 until /),
      });
      const end = await resolvedWhenWell(handle, first);
      expect(end).toMatchObject({ outcome: 'healed', leases: [{ state: 'released', detail: 'its incident is over' }] });
      expect(await at.undone()).toMatchObject({ state: 'undone', current: 8, owners: [] });
      expect(settings.writes).toEqual([4, 8]);
    });
  });

  it('is given back by its page when its reason is gone', async () => {
    await onHost(async (at) => {
      const { first, handle } = await at.start();
      await untilState(handle, 'watching');
      at.isRaised = true;
      await handle.signal(alertSignal, again(first, RAISED));
      // What is seen on the host brings another diagnosis.
      at.host.before = (activity) => void (at.host.up.redis ||= activity === 'observeDependency');
      at.host.up.redis = false;
      const view = await untilView(handle, 'the lease to be undone', ({ leases }) => leases[0]!.state === 'undone');
      expect(titles(view)).toContain(`Lease of ${SETTING} given back`);
      expect(await at.undone()).toMatchObject({ state: 'undone', current: 8 });
      await handle.executeUpdate('close', { args: [{ as: 'anna', reason: 'seen enough' }] });
      await handle.result();
    });
  });

  it('refused by the host changes nothing, and the answer says why', async () => {
    await onHost(async (at) => {
      settings.before = (activity) => {
        if (activity === 'ensureSetting')
          throw ApplicationFailure.nonRetryable('4 is not from 5 to 8', 'UnsafeSelector');
      };
      const { handle } = await at.start();
      const view = await untilState(handle, 'waitingForPeople');
      expect(view.leases).toEqual([
        expect.objectContaining({ state: 'refused', detail: '4 could not be applied: 4 is not from 5 to 8' }),
      ]);
      expect(titles(view)).toContain('The answer: refused');
      expect(settings.writes).toEqual([]);
      await closed(handle);
    });
  });

  it('is left out while the guard says no, and what it would be is said', async () => {
    await onHost(async (at) => {
      const { client } = site.env;
      const pause = { by: 'bela', reason: 'release', for: '1h' };
      await client.workflow.signalWithStart('guard', {
        workflowId: guardId(at.name),
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [{ host: at.name }],
        signal: 'pause',
        signalArgs: [pause],
      });
      const { handle } = await at.start();
      const view = await untilState(handle, 'waitingForPeople');
      expect(titles(view)).toContain('Would set openai.max_qps to 4 for an hour');
      expect(view.leases).toEqual([]);
      expect(settings.calls).toEqual([]);
      await closed(handle);
    });
  });

  it('of a runbook that only observes is only said', async () => {
    await onHost(async (at) => {
      const { handle } = await at.start(undefined, { safety: { ...SAFETY, mode: 'observe' } });
      const view = await untilState(handle, 'waitingForPeople');
      expect(titles(view)).toContain('Would set openai.max_qps to 4 for an hour');
      expect(settings.calls).toEqual([]);
      await closed(handle);
    });
  });
});

describe('people', () => {
  it('who want another value overtake it; its incident hears by whom, and leaves theirs alone', async () => {
    await onHost(async (at) => {
      const { first, handle } = await at.start();
      await untilState(handle, 'watching');
      await at.person(2);
      const view = await untilView(handle, 'to hear of it', ({ leases }) => leases[0]!.state === 'overtaken');
      expect(view.leases[0]).toMatchObject({ value: 4, detail: 'anna wants 2: less' });
      const end = await resolvedWhenWell(handle, first);
      expect(end.leases[0]).toMatchObject({ state: 'overtaken' });
      await untilOwners(at, ['anna']);
      expect(settings.values[SETTING]).toBe(2);
      await at.lease.executeUpdate(releaseLeaseUpdate, { args: [by] });
      expect(await at.undone()).toMatchObject({ state: 'undone', current: 8 });
    });
  });

  it('who hold another value are not overruled', async () => {
    await onHost(async (at) => {
      await at.person(6);
      const { handle } = await at.start();
      const view = await untilState(handle, 'waitingForPeople');
      expect(view.leases).toEqual([
        expect.objectContaining({
          state: 'overtaken',
          detail: expect.stringMatching(/^anna holds it at 6 until .*: less$/),
        }),
      ]);
      expect(titles(view)).toContain('The answer: overtaken');
      expect(settings.writes).toEqual([6]);
      await closed(handle);
      await at.lease.executeUpdate(releaseLeaseUpdate, { args: [by] });
      expect(await at.undone()).toMatchObject({ state: 'undone', current: 8 });
    });
  });

  it('who edit the value are left alone, and the incident hears of it', async () => {
    await onHost(async (at) => {
      const { first, handle } = await at.start();
      await untilState(handle, 'watching');
      settings.values[SETTING] = 3;
      await at.lease.executeUpdate(releaseLeaseUpdate, { args: [by] });
      const view = await untilView(handle, 'to hear of it', ({ leases }) => leases[0]!.state === 'overtaken');
      expect(view.leases[0]!.detail).toContain('has 3 by another hand');
      await resolvedWhenWell(handle, first);
      expect(settings.values[SETTING]).toBe(3);
    });
  });

  it('who end it for everybody are heard by its incident', async () => {
    await onHost(async (at) => {
      const { first, handle } = await at.start();
      await untilState(handle, 'watching');
      at.isRaised = true;
      await at.lease.executeUpdate(releaseLeaseUpdate, { args: [by] });
      const view = await untilView(handle, 'to hear of it', ({ leases }) => leases[0]!.state === 'undone');
      expect(titles(view)).toContain(`Lease of ${SETTING} undone`);
      await resolvedWhenWell(handle, first);
    });
  });
});

it('members of a family are leases of their own: each stands in the view, and all are given back', async () => {
  await onHost(async (at) => {
    const attackers = ['203.0.113.9', '2001:db8::/64'];
    const members = attackers.map((one) => `blockedAddress[${one}]`);
    const { first, handle } = await at.start(undefined, {}, { attackers: attackers.join(' ') });
    const held = await untilState(handle, 'watching');
    const isHeld = { value: 'blocked', previous: 'unblocked', state: 'active', reason: 'attack' };
    expect(held.leases).toMatchObject([...members.map((setting) => ({ setting, ...isHeld })), { setting: SETTING }]);
    expect(members.map((one) => settings.values[one])).toEqual(['blocked', 'blocked']);
    const end = await resolvedWhenWell(handle, first);
    // The lease may have told that it is undone before the incident had ended.
    expect(end.leases).toHaveLength(3);
    for (const { state } of end.leases) expect(['released', 'undone']).toContain(state);
    for (const member of members) {
      const lease = site.env.client.workflow.getHandle(leaseId(at.name, member));
      expect(await lease.result()).toMatchObject({ state: 'undone', current: 'unblocked' });
    }
    await at.undone();
  });
});

it('one lease of two incidents ends with the last of them', async () => {
  await onHost(async (at) => {
    const one = await at.start('One');
    await untilState(one.handle, 'watching');
    const two = await at.start('Two', {}, { insists: 'yes' });
    const view = await untilState(two.handle, 'watching');
    expect(view.leases[0]).toMatchObject({ state: 'active', previous: 8, value: 4 });
    expect(view.timeline.find(({ title }) => title === 'Reduce openai.max_qps')).toMatchObject({ status: 'noChange' });
    await resolvedWhenWell(one.handle, one.first);
    await untilOwners(at, [two.handle.workflowId]);
    expect(settings.writes).toEqual([4]);
    expect((await two.handle.query<IncidentView>('timeline')).leases[0]).toMatchObject({ state: 'active' });
    await resolvedWhenWell(two.handle, two.first);
    expect(await at.undone()).toMatchObject({ state: 'undone', current: 8 });
    expect(settings.writes).toEqual([4, 8]);
  });
});

it('an incident that goes on in a new run holds its lease on, hears of it, and gives it back', async () => {
  await onHost(async (at) => {
    const { first, handle } = await at.start();
    await untilState(handle, 'watching');
    const { client } = site.env;
    const open = client.workflow.getHandle(handle.workflowId);
    const { runId } = await open.describe();
    const isCarriedOn = async () => {
      await Promise.all(Array.from({ length: 100 }, () => open.signal(alertSignal, first)));
      // A new run does not begin while there is more to take in.
      await open.query('timeline');
      return (await open.describe()).runId !== runId;
    };
    await waitFor(isCarriedOn, { what: 'a new run', deadlineMs: 90_000 });
    expect((await untilState(open, 'watching')).leases[0]).toMatchObject({ state: 'active', value: 4 });
    await at.person(2);
    await untilView(open, 'to hear of it', ({ leases }) => leases[0]!.state === 'overtaken');
    await at.lease.executeUpdate(releaseLeaseUpdate, { args: [{ ...by, owner: 'anna' }] });
    await resolvedWhenWell(open, first);
    expect(await at.undone()).toMatchObject({ state: 'undone', current: 8 });
  });
}, 120_000);

it('a lease lasts over a controller that ends, and is given back by the next', async () => {
  settings = new ScriptedSettings();
  const host = new ScriptedHost();
  const at = new Played(host, `h-${Date.now()}`);
  await site.withAgent(host, at.name, async () => {
    const { first, handle } = await site.withController(async () => {
      const started = await at.start();
      await untilState(started.handle, 'watching');
      return started;
    });
    expect(settings.values[SETTING]).toBe(4);
    await site.withController(async () => {
      const { state } = (await resolvedWhenWell(handle, first)).leases[0]!;
      expect(['released', 'undone']).toContain(state);
      expect(await at.undone()).toMatchObject({ state: 'undone', current: 8 });
    });
  });
});

/** It fires anew, with more labels. */
function again(first: Alert, labels: Record<string, string>): Alert {
  const startsAt = new Date(Date.parse(first.startsAt) + 1_000).toISOString();
  return { ...first, startsAt, labels: { ...first.labels, ...labels } };
}

async function untilOwners(at: Played, owners: string[]): Promise<void> {
  const isSo = async () => {
    const view = await at.lease.query(leaseQuery);
    return JSON.stringify(view.owners.map(({ owner }) => owner)) === JSON.stringify(owners);
  };
  await waitFor(isSo, { what: `${owners.join()} to own it` });
}

async function closed(handle: WorkflowHandle): Promise<void> {
  await handle.executeUpdate('close', { args: [{ as: 'test', reason: 'seen enough' }] });
  await handle.result();
}
