import type { WorkflowHandle } from '@temporalio/client';
import { guardId } from '../../../src/shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import {
  guardQuery,
  pauseUpdate,
  releaseLeaseSignal,
  releaseTurnSignal,
  requestLeaseSignal,
} from '../../../src/workflows/messages';
import { POLICY, turnRequest } from '../../support/sites/guard-site';
import { LeaseSite } from '../../support/sites/lease-site';
import type { LeaseHost } from '../../support/sites/lease-site';
import { recordHistory } from '../../support/temporal/record-history';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

/** On a real server: the time-skipping one stands still while guards and leases talk to each other. */
let site: LeaseSite;

beforeAll(async () => {
  site = await LeaseSite.up(startLocal);
});
afterAll(async () => {
  await site?.down();
});

const PERSONAL = { owner: 'anna', turn: { guard: POLICY } };
const given = { by: 'anna', reason: 'the test says so' };

/** An incident that has the turn of this host until the test says that it is over. */
async function incidentAtWork(host: LeaseHost): Promise<WorkflowHandle> {
  const workflowId = `incident/A/${host.name}`;
  const incident = await site.env.client.workflow.start('turnTaker', {
    workflowId,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [{ host: host.name, request: turnRequest(), workMs: 3_600_000, restarts: [] }],
  });
  await waitFor(async () => (await holder(host)) === workflowId, { what: 'the incident to have the turn' });
  return incident;
}

async function holder(host: LeaseHost): Promise<string | undefined> {
  const view = await guard(host)
    .query(guardQuery)
    .catch(() => null);
  return view?.holder?.incidentId;
}

function guard(host: LeaseHost): WorkflowHandle {
  return site.env.client.workflow.getHandle(guardId(host.name));
}

async function untilQueued(host: LeaseHost, count: number): Promise<void> {
  const isSo = async () => (await guard(host).query(guardQuery)).queue.length === count;
  await waitFor(isSo, { what: `${count} to wait for ${host.name}` });
}

describe("a person's lease", () => {
  it('is applied in a turn of its own, and gives it back', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request(PERSONAL);
      await host.active();
      const { lastToken } = await guard(host).query(guardQuery);
      expect(lastToken).toBeGreaterThan(0);
      expect(host.settings.permits).toEqual([{ kind: 'change', token: lastToken, holder: handle.workflowId }]);
      await waitFor(async () => (await holder(host)) === undefined, { what: 'the turn to be given back' });
      await host.lease.signal(releaseLeaseSignal, given);
      expect(await host.end()).toMatchObject({ state: 'undone', current: 8 });
      await recordHistory(handle, 'lease.own-turn');
    });
  });

  it('waits for the incident that changes the host, and says so', async () => {
    await site.withHost(async (host) => {
      const incident = await incidentAtWork(host);
      await host.request(PERSONAL);
      const view = await host.until('it to wait', ({ notes }) =>
        notes.some((note) => note.includes('Waits for its turn')),
      );
      expect(view.notes.at(-1)).toContain(incident.workflowId);
      expect(host.settings.writes).toEqual([]);
      // Its own end would give the turn back; whoever is gone is noticed by the guard.
      await guard(host).signal(releaseTurnSignal, {
        incidentId: incident.workflowId,
        runId: (await incident.describe()).runId,
        changed: false,
      });
      await host.active();
      expect(host.settings.writes).toEqual([4]);
      await incident.terminate();
    });
  });

  it('given up while it waits changes nothing, and leaves the queue', async () => {
    await site.withHost(async (host) => {
      const incident = await incidentAtWork(host);
      await host.request(PERSONAL);
      await untilQueued(host, 1);
      await host.lease.signal(releaseLeaseSignal, given);
      expect(await host.end()).toMatchObject({ state: 'refused' });
      await untilQueued(host, 0);
      expect(host.settings.calls).not.toContain('ensureSetting');
      await incident.terminate();
    });
  });

  it('is refused in a pause, by name', async () => {
    await site.withHost(async (host) => {
      const incident = await incidentAtWork(host);
      await guard(host).executeUpdate(pauseUpdate, { args: [{ by: 'bob', reason: 'release', for: '1h' }] });
      await host.request(PERSONAL);
      const end = await host.end();
      expect(end.state).toBe('refused');
      expect(end.notes.join('\n')).toContain('bob');
      expect(host.settings.writes).toEqual([]);
      await incident.terminate();
    });
  });

  it('does not hold up an incident that wants the same in its own turn', async () => {
    await site.withHost(async (host) => {
      const incident = await incidentAtWork(host);
      await host.request(PERSONAL);
      await untilQueued(host, 1);
      const permit = { kind: 'change', token: 7, holder: incident.workflowId } as const;
      await host.request({ owner: incident.workflowId, turn: { permit } });
      await host.active();
      expect(host.settings.permits).toEqual([permit]);
      await incident.terminate();
    });
  });
});

it('renewed again and again, a lease goes on in new runs, and keeps what it knows', async () => {
  await site.withHost(async (host) => {
    const first = (await host.request({}, { maxEvents: 60 })).workflowId;
    await host.active();
    const { runId } = await host.lease.describe();
    const wish = await host.wish();
    // What counts is how many there are, not the time between them.
    const isCarriedOn = async () => {
      await Promise.all(Array.from({ length: 20 }, () => host.lease.signal(requestLeaseSignal, wish)));
      // A new run does not begin while there is more to take in.
      await host.view();
      return (await host.lease.describe()).runId !== runId;
    };
    await waitFor(isCarriedOn, { what: 'a new run', deadlineMs: 90_000 });
    const lengthOfFirst = (await site.env.client.workflow.getHandle(first, runId).describe()).historyLength;
    expect(lengthOfFirst).toBeLessThan(200);
    expect(await host.view()).toMatchObject({ state: 'active', original: 8, value: 4 });
    await host.lease.signal(releaseLeaseSignal, given);
    await waitFor(async () => (await host.view()).state === 'undone', { what: 'the undo' });
    expect(host.settings.writes).toEqual([4, 8]);
  });
}, 120_000);

it('a controller that is gone between the change and its record: known afterwards, and written once', async () => {
  const host = site.host();
  let finish = (): void => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  host.settings.afterWrite = async () => {
    host.settings.afterWrite = () => undefined;
    await held;
  };
  await host.withAgent(async () => {
    await site.withController(async () => {
      await host.request();
      await waitFor(() => host.value === 4, { what: 'the change' });
    });
    finish();
    await site.withController(async () => {
      expect(await host.active()).toMatchObject({ original: 8, value: 4, current: 4 });
      await host.lease.signal(releaseLeaseSignal, given);
      expect(await host.end()).toMatchObject({ state: 'undone', current: 8 });
    });
  });
  expect(host.settings.writes).toEqual([4, 8]);
});
