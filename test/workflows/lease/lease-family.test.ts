import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { leaseId } from '../../../src/shared/ids';
import type { LeaseView } from '../../../src/shared/safety/lease';
import { extendLeaseUpdate, leaseQuery, releaseLeaseUpdate } from '../../../src/workflows/messages';
import { LeaseSite } from '../../support/sites/lease-site';
import type { LeaseHost } from '../../support/sites/lease-site';
import { recordHistory } from '../../support/temporal/record-history';
import { waitFor } from '../../support/wait-for';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ONE = 'blockedAddress[203.0.113.9]';
const OTHER = 'blockedAddress[2001:db8::/64]';
const by = { by: 'anna', reason: 'the test says so' };

let site: LeaseSite;
beforeEach(async () => {
  site = await LeaseSite.up();
});
afterEach(async () => {
  await site?.down();
});

/** Blocks it for so long, and resolves with the lease in effect. */
async function block(
  host: LeaseHost,
  setting: string,
  forMs: number,
  owner = 'incident/A/h1',
): Promise<WorkflowHandle> {
  await host.request({ setting, value: 'blocked', forMs, owner });
  const handle = site.env.client.workflow.getHandle(leaseId(host.name, setting));
  await until(
    handle,
    'the block',
    ({ state, owners }) => state === 'active' && owners.some((one) => one.owner === owner),
  );
  return handle;
}

async function until(handle: WorkflowHandle, what: string, isSo: (view: LeaseView) => boolean): Promise<LeaseView> {
  return await waitFor(
    async () => {
      const view = await handle.query(leaseQuery);
      return isSo(view) ? view : undefined;
    },
    { what, deadlineMs: 20_000 },
  );
}

const lasted = ({ appliedAt, endedAt }: LeaseView) => (Date.parse(endedAt!) - Date.parse(appliedAt!)) / MINUTE_MS;

describe('a lease of a member of a family', () => {
  it('has an end of its own beside others, and tells its place of it', async () => {
    await site.withHost(async (host) => {
      const { settings } = host;
      const [one, other] = [await block(host, ONE, 2 * HOUR_MS), await block(host, OTHER, 10 * MINUTE_MS)];
      expect(await one.query(leaseQuery)).toMatchObject({
        original: 'unblocked',
        value: 'blocked',
        current: 'blocked',
      });
      expect(settings.keptMs[ONE]! / HOUR_MS).toBeCloseTo(2, 1);
      expect(settings.keptMs[OTHER]! / MINUTE_MS).toBeCloseTo(10, 0);
      const first = (await other.result()) as LeaseView;
      expect(first).toMatchObject({ state: 'undone', current: 'unblocked', owners: [] });
      expect(settings.values).toMatchObject({ [ONE]: 'blocked', [OTHER]: 'unblocked' });
      const last = (await one.result()) as LeaseView;
      await recordHistory(one, 'lease.member');
      expect(last).toMatchObject({ state: 'undone', current: 'unblocked' });
      expect([Math.round(lasted(first)), Math.round(lasted(last))]).toEqual([10, 120]);
      expect(settings.writes).toEqual(['blocked', 'blocked', 'unblocked', 'unblocked']);
    });
  });

  it('wanted twice is one block, ends with the last who wants it, and its place hears of the later end', async () => {
    await site.withHost(async (host) => {
      const { settings } = host;
      const handle = await block(host, ONE, 10 * MINUTE_MS);
      await host.request({ setting: ONE, value: 'blocked', forMs: 5 * HOUR_MS, owner: 'incident/B/h1' });
      const shared = await until(
        handle,
        'two owners',
        ({ owners, state }) => owners.length === 2 && state === 'active',
      );
      await waitFor(() => settings.keptMs[ONE]! > 4 * HOUR_MS, { what: 'the place to hear of it' });
      await until(handle, 'it to say so', ({ endsThereAt, endsAt }) => endsThereAt! > endsAt);
      expect(shared).toMatchObject({ original: 'unblocked', value: 'blocked' });
      expect(settings.permits.map(({ kind }) => kind)).toEqual(['change', 'change']);
      const end = (await handle.result()) as LeaseView;
      expect(Math.round(lasted(end) / 60)).toBe(5);
      expect(settings.writes).toEqual(['blocked', 'unblocked']);
    });
  });

  it('that is extended is kept by its place for as long, without a turn', async () => {
    await site.withHost(async (host) => {
      const { settings } = host;
      const handle = await block(host, ONE, 10 * MINUTE_MS);
      await handle.executeUpdate(extendLeaseUpdate, { args: [{ ...by, for: '5h' }] });
      await waitFor(() => settings.keptMs[ONE]! > 4 * HOUR_MS, { what: 'the place to hear of it' });
      expect(settings.permits.at(-1)).toEqual({ kind: 'undo', token: 0, holder: handle.workflowId });
      const end = (await handle.result()) as LeaseView;
      await recordHistory(handle, 'lease.member-extended');
      expect(Math.round(lasted(end) / 60)).toBe(5);
      expect(settings.writes).toEqual(['blocked', 'unblocked']);
    });
  });

  it('whose place cannot be told ends when its place ends it, and says so', async () => {
    await site.withHost(async (host) => {
      const handle = await block(host, ONE, 10 * MINUTE_MS);
      const { endsThereAt } = await handle.query(leaseQuery);
      host.settings.before = (activity) => {
        if (activity !== 'ensureSetting' || host.settings.permits.length !== 2) return;
        throw ApplicationFailure.nonRetryable('agent.allow does not name blockAddress', 'NotAllowed');
      };
      await handle.executeUpdate(extendLeaseUpdate, { args: [{ ...by, for: '5h' }] });
      const told = await until(handle, 'to be told', ({ notes }) => notes.some((note) => note.includes('not later')));
      expect(told).toMatchObject({ state: 'active', endsAt: endsThereAt });
      expect(told.owners.every((one) => one.until <= endsThereAt!)).toBe(true);
      const end = (await handle.result()) as LeaseView;
      expect([end.state, Math.round(lasted(end))]).toEqual(['undone', 10]);
    });
  });

  it('that is unblocked by another hand is over when somebody wants it for longer', async () => {
    await site.withHost(async (host) => {
      const handle = await block(host, ONE, HOUR_MS);
      host.settings.values[ONE] = 'unblocked';
      await handle.executeUpdate(extendLeaseUpdate, { args: [{ ...by, for: '5h' }] });
      const end = (await handle.result()) as LeaseView;
      expect(end).toMatchObject({ state: 'undone', current: 'unblocked' });
      expect(lasted(end)).toBeLessThan(30);
      expect(host.settings.writes).toEqual(['blocked']);
    });
  });

  it('that its place ended first is undone, with nothing to do', async () => {
    await site.withHost(async (host) => {
      const handle = await block(host, ONE, HOUR_MS);
      host.settings.values[ONE] = 'unblocked';
      await handle.executeUpdate(releaseLeaseUpdate, { args: [by] });
      expect(await handle.result()).toMatchObject({ state: 'undone', current: 'unblocked' });
      expect(host.settings.writes).toEqual(['blocked']);
    });
  });

  it('already blocked by another hand is no lease', async () => {
    await site.withHost(async (host) => {
      Object.assign(host.settings.values, { [ONE]: 'blocked' });
      host.settings.keptMs[ONE] = HOUR_MS;
      await host.request({ setting: ONE, value: 'blocked' });
      const handle = site.env.client.workflow.getHandle(leaseId(host.name, ONE));
      expect(await handle.result()).toMatchObject({ state: 'refused', current: 'blocked' });
      expect(host.settings.writes).toEqual([]);
    });
  });
});
