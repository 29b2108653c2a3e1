import type { WorkflowHandle } from '@temporalio/client';
import type { Alert } from '../../../src/shared/alert';
import type { EscalationView } from '../../../src/shared/paging/escalation';
import type { IncidentInput, IncidentView } from '../../../src/shared/incident';
import { escalationId } from '../../../src/shared/ids';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { closeUpdate, escalationQuery, timelineQuery } from '../../../src/workflows/messages';
import { alert, incidentInput, startIncident } from '../../support/incidents';
import { recordHistory } from '../../support/temporal/record-history';
import { SAFETY } from '../../support/safety';
import { beyondHelp } from '../../support/scripted/beyond-help';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

const MINUTE = 60_000;

jest.setTimeout(180_000);

let site: WorkflowSite;

// A server each: time that passed in one test would hold up the next.
beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

/** An incident of a KingFisher that no remedy helps, as intake starts it. */
async function start(
  host: ScriptedHost,
  name: string,
  { severity, ago = 0, ...input }: { severity: string; ago?: number } & Partial<IncidentInput>,
) {
  beyondHelp(host);
  const now = await site.env.currentTimeMs();
  const first: Alert = alert({
    startsAt: new Date(now - ago * MINUTE).toISOString(),
    receivedAt: new Date(now).toISOString(),
    labels: { alertname: 'KingfisherServiceDown', instance: name, severity },
  });
  const handle = await startIncident(site.env.client, name, first, incidentInput(name, { safety: SAFETY, ...input }));
  await waitFor(async () => (await view(handle)).state === 'waitingForPeople', { what: 'people', deadlineMs: 30_000 });
  return { handle, now };
}

async function view(handle: WorkflowHandle): Promise<IncidentView> {
  return await handle.query(timelineQuery);
}

async function clockOf(handle: WorkflowHandle): Promise<EscalationView> {
  return await site.env.client.workflow.getHandle(escalationId(handle.workflowId)).query(escalationQuery);
}

async function close(handle: WorkflowHandle) {
  await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'seen enough' }] });
  await handle.result();
}

/** Minutes after `since` at which tiers were paged. */
function paged(handle: WorkflowHandle, since: number): number[] {
  return site.pagers.tiersOf(handle.workflowId).map(({ at }) => Math.floor((Date.parse(at) - since) / MINUTE));
}

describe('a critical alert', () => {
  it.each([
    ['that is out of remedies', {}, 'no remedy is left to try'],
    ['of which no runbook knows', { runbook: 'unknownAlert', safety: { ...SAFETY, mode: 'observe' } }, 'no runbook'],
    ['whose runbook only observes', { safety: { ...SAFETY, mode: 'observe' } }, 'Halcyon may change nothing here'],
  ] as const)('%s calls the first tier at once, and says why', async (_, input, why) => {
    await site.withHost(async (host, name) => {
      const { handle, now } = await start(host, name, { severity: 'critical', ...input });
      await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 1, { what: 'tier 1 at once' });
      expect(paged(handle, now)).toEqual([0]);
      expect(site.pagers.sent[0]!.input.page).toMatchObject({ kind: 'tier', reason: expect.stringContaining(why) });
      expect((await view(handle)).timeline.map(({ title }) => title)).toContain('Nothing automatic is left');
      await close(handle);
    });
  });

  it('that is 34 hours old calls one tier after the other', async () => {
    await site.withHost(async (host, name) => {
      const { handle, now } = await start(host, name, { severity: 'critical', ago: 34 * 60 });
      await site.env.sleep(12 * MINUTE);
      await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 3, { what: 'three tiers' });
      expect(paged(handle, now)).toEqual([0, 5, 10]);
      await close(handle);
    });
  });
});

it('a warning that is out of remedies calls the first tier at its time, with low urgency', async () => {
  await site.withHost(async (host, name) => {
    const { handle, now } = await start(host, name, { severity: 'warning' });
    expect(await clockOf(handle)).toMatchObject({ route: 'low urgency', next: { tier: 1 } });
    await site.env.sleep(11 * MINUTE);
    await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 1, { what: 'tier 1' });
    expect(paged(handle, now)).toEqual([10]);
    expect(site.pagers.sent.map(({ input }) => input.page)).toMatchObject(Array(2).fill({ urgency: 'low' }));
    await close(handle);
    await recordHistory(handle, 'serviceDown.warning');
  });
});

it('an info says one line and calls nobody; the incident says so', async () => {
  await site.withHost(async (host, name) => {
    const { handle } = await start(host, name, { severity: 'info', runbook: 'unknownAlert' });
    await site.env.sleep(65 * MINUTE);
    expect(site.pagers.sent.map(({ channel, input }) => [channel, input.page.kind])).toEqual([['slack', 'note']]);
    expect((await view(handle)).timeline).toContainEqual(
      expect.objectContaining({ title: 'Who is called', detail: 'one line in the channel of the team on duty' }),
    );
    await close(handle);
  });
});

it('an alert that got worse is called for as the worst of them', async () => {
  await site.withHost(async (host, name) => {
    const { handle, now } = await start(host, name, { severity: 'warning' });
    const startsAt = new Date(now).toISOString();
    const worse = (severity: string, fingerprint: string) =>
      alert({ startsAt, receivedAt: startsAt, fingerprint, labels: { alertname: 'KingfisherServiceDown', severity } });
    await handle.signal('alert', [worse('critical', 'b1'), worse('info', 'b2')]);
    await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 1, { what: 'tier 1 at once' });
    expect(paged(handle, now)).toEqual([0]);
    expect(site.pagers.sent[0]!.input).toMatchObject({ subject: { severity: 'critical' }, page: { urgency: 'high' } });
    await close(handle);
  });
});
