import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { resetRun } from '../../../lab/temporal/reset';
import { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import type { EscalationView } from '../../../src/shared/paging/escalation';
import { acknowledgeUpdate, alertSignal, closeUpdate, moveOnSignal } from '../../../src/workflows/messages';
import { alert, untilState } from '../../support/incidents';
import { withSecondTier } from '../../support/safety';
import {
  CalledIncidents,
  closed,
  isOpen,
  runOf,
  titles,
  untilAnotherRun,
} from '../../support/scripted/called-incidents';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

const WAIT = { deadlineMs: 60_000, everyMs: 100 };

let site: WorkflowSite;
beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => await site?.down());
afterEach(() => {
  site.pagers.before = () => undefined;
});

const incidents = new CalledIncidents(() => site);
const beginHelpless = incidents.begin.bind(incidents);
const helpless = incidents.called.bind(incidents);
const clockOf = incidents.clockOf.bind(incidents);
const sentAbout = incidents.sentAbout.bind(incidents);

const reset = async ({ workflowId }: WorkflowHandle) => await resetRun(site.env.client, workflowId);

async function acknowledged(handle: WorkflowHandle): Promise<void> {
  await handle.executeUpdate(acknowledgeUpdate, { args: [{ as: 'anna' }] });
  const isHeld = async () => (await clockOf(handle).query<EscalationView>('escalation')).acknowledged?.as === 'anna';
  await waitFor(isHeld, { what: 'the clock to hear of anna', ...WAIT });
}

it('terminated, it begins anew, pages nobody twice, takes an acknowledgement, and tells everyone the end', async () => {
  await site.withHost(async (host, name) => {
    const handle = await helpless(host, name);
    const first = await runOf(clockOf(handle));
    await clockOf(handle).terminate();
    await untilAnotherRun(clockOf(handle), first);
    expect(await titles(handle)).toContain('The clock was ended from outside');
    expect((await clockOf(handle).query<EscalationView>('escalation')).pages).toHaveLength(2);
    await acknowledged(handle);
    expect(sentAbout(handle, 'tier')).toEqual(['tier pagerduty', 'tier slack']);
    await closed(handle);
    const told = () => sentAbout(handle, 'closed').length === 2;
    await waitFor(told, { what: 'both to hear the end', ...WAIT });
    // What follows the page goes into its thread, which the new clock does not know.
    const follows = site.pagers.sent.find(({ input }) => input.page.kind === 'acknowledged');
    expect(follows?.input).toMatchObject({ ifPosted: expect.stringContaining('/tier-1/') });
  });
}, 120_000);

it('fires anew while everyone is told its end: people are called anew, and nothing that is late belongs to that call', async () => {
  await site.withHost(async (host, name) => {
    const handle = await helpless(host, name);
    const first = await runOf(clockOf(handle));
    await firingAnew(handle);
    await untilAnotherRun(clockOf(handle), first);
    const calls = () => sentAbout(handle, 'tier').length === 4;
    await waitFor(calls, { what: 'a second call', ...WAIT });
    const called = site.pagers.sent
      .map(({ input }) => input)
      .filter(({ subject, page }) => subject.workflowId === handle.workflowId && page.kind === 'tier');
    expect(called.map(({ subject }) => subject.firing).sort()).toEqual([1, 1, 2, 2]);
    expect(new Set(called.map(({ key }) => key)).size).toBe(4);
    await closed(handle);
  });
}, 120_000);

/** Closes it while its alert fires on and on, until that comes between the close and the end. */
async function firingAnew(handle: WorkflowHandle): Promise<void> {
  const isReopened = async () => (await titles(handle)).includes('The alert fires anew: diagnosing again');
  const fires = async (nth: number) => {
    const startsAt = new Date(Date.parse(alert().startsAt) + nth * 1_000).toISOString();
    await handle.signal(alertSignal, alert({ startsAt }));
  };
  const closing = handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'done by hand' }] });
  let nth = 0;
  await waitFor(async () => (await fires((nth += 1)), await isReopened()), {
    what: 'it to fire anew',
    ...WAIT,
    everyMs: 1,
  });
  await closing;
}

it('terminated before its incident heard of a page, it looks for that one before it sends it', async () => {
  await site.withHost(async (host, name) => {
    const known: (() => void)[] = [];
    site.pagers.before = async ({ input }) => {
      if (input.page.kind === 'tier' && known.length < 2) await new Promise<void>((resolve) => known.push(resolve));
    };
    const handle = await beginHelpless(host, name);
    await waitFor(() => known.length === 2, { what: 'a page by both channels', ...WAIT });
    await clockOf(handle).terminate();
    const again = () => sentAbout(handle, 'tier').length === 2;
    await waitFor(again, { what: 'the page of the new clock', ...WAIT }).finally(() => {
      known.forEach((resolve) => resolve());
    });
    const [first, second] = site.pagers.sent.filter(({ input }) => input.subject.workflowId === handle.workflowId);
    await closed(handle);
    expect([first?.input.repeated, second?.input.repeated]).toEqual([true, true]);
  });
}, 120_000);

it('terminated while no controller runs, and its incident reset: the pages of the next clock are looked for', async () => {
  const [host, name] = [new ScriptedHost(), `h-${randomUUID().slice(0, 8)}`];
  await site.withAgent(host, name, async () => {
    const handle = await site.withController(() => helpless(host, name));
    await clockOf(handle).terminate();
    await reset(handle);
    await site.withController(async () => {
      const sent = () => site.pagers.sent.filter(({ input }) => input.subject.workflowId === handle.workflowId);
      await waitFor(() => sent().length === 4, { what: 'tier 1 by the next clock', ...WAIT });
      await closed(handle);
      expect(
        sent()
          .slice(2, 4)
          .map(({ input }) => input.repeated),
      ).toEqual([true, true]);
    });
  });
}, 120_000);

it('terminated while its incident goes on in a new run, it takes an acknowledgement: by a new clock', async () => {
  await site.withHost(async (host, name) => {
    const handle = await helpless(host, name, { maxEvents: 150 });
    const first = await runOf(handle);
    const goesOn = async () => {
      await handle.signal(moveOnSignal, undefined);
      return (await runOf(handle)) !== first;
    };
    await waitFor(goesOn, { what: 'a new run of the incident', ...WAIT, everyMs: 20 });
    await clockOf(handle).terminate();
    await acknowledged(handle);
    expect(await titles(handle)).toContain('The clock was ended from outside');
    expect(sentAbout(handle, 'tier')).toEqual(['tier pagerduty', 'tier slack']);
    await closed(handle);
  });
}, 120_000);

it('cancelled, it goes on and pages the next tier, and the incident says so', async () => {
  await site.withHost(async (host, name) => {
    const handle = await helpless(host, name, withSecondTier(12_000));
    await clockOf(handle).cancel();
    const isAnswered = async () => (await titles(handle)).includes('The clock goes on');
    await waitFor(isAnswered, { what: 'the answer in the timeline', ...WAIT });
    expect(await isOpen(clockOf(handle))).toBe(true);
    const isPaged = () => site.pagers.tiersOf(handle.workflowId).length === 2;
    await waitFor(isPaged, { what: 'tier 2', ...WAIT });
    await acknowledged(handle);
    await closed(handle);
    await waitFor(async () => !(await isOpen(clockOf(handle))), { what: 'the clock to end', ...WAIT });
    expect((await clockOf(handle).describe()).status.name).toBe('COMPLETED');
  });
}, 120_000);

it('an acknowledgement that no clock takes is refused', async () => {
  await site.withHost(async (host, name) => {
    const handle = await helpless(host, name);
    await closed(handle);
    const late = handle.executeUpdate(acknowledgeUpdate, { args: [{ as: 'anna' }] });
    await expect(late).rejects.toThrow();
  });
}, 120_000);

it('a reset of its incident pages nobody, ends no clock, and is no end of the incident', async () => {
  await site.withHost(async (host, name) => {
    const handle = await helpless(host, name, withSecondTier(25_000));
    const clock = await runOf(clockOf(handle));
    const first = await runOf(handle);
    await reset(handle);
    await untilAnotherRun(handle, first);
    await untilState(handle, 'waitingForPeople');
    const isPaged = () => site.pagers.tiersOf(handle.workflowId).length === 2;
    await waitFor(isPaged, { what: 'tier 2', ...WAIT });
    expect(await runOf(clockOf(handle))).toBe(clock);
    const pages = site.pagers.sent.filter(({ input }) => input.subject.workflowId === handle.workflowId);
    const about = pages.map(({ input }) => input.page).filter((page) => page.kind === 'tier');
    expect(about.filter(({ tier }) => tier === 1)).toHaveLength(2);
    expect(about.filter((page) => page.ended !== undefined)).toEqual([]);
    await acknowledged(handle);
    await closed(handle);
  });
}, 180_000);

it('ended while no controller ran, it begins anew once, whoever notices first', async () => {
  const [host, name] = [new ScriptedHost(), `h-${randomUUID().slice(0, 8)}`];
  const onHost = <T>(test: () => Promise<T>) => site.withController(() => site.withAgent(host, name, test));
  const handle = await onHost(() => helpless(host, name));
  const first = await runOf(clockOf(handle));
  await clockOf(handle).terminate();
  // That somebody takes it, and that its clock has ended, come to the incident together.
  const taken = handle.executeUpdate(acknowledgeUpdate, { args: [{ as: 'anna' }] });
  await onHost(async () => {
    await untilAnotherRun(clockOf(handle), first);
    await taken;
    expect((await titles(handle)).filter((title) => title === 'The clock was ended from outside')).toHaveLength(1);
    await closed(handle);
    await waitFor(async () => !(await isOpen(clockOf(handle))), { what: 'the clock to end', ...WAIT });
  });
}, 180_000);

describe('the clock of the next incident begins at once', () => {
  it('while the end of the last cannot be told', async () => {
    site.pagers.before = ({ channel, input }) => {
      if (channel === 'pagerduty' && input.page.kind === 'closed') throw new Error('PagerDuty is away');
    };
    await site.withHost(async (host, name) => {
      const handle = await helpless(host, name);
      const first = await runOf(clockOf(handle));
      await closed(handle);
      const next = await helpless(host, name);
      expect(await runOf(clockOf(next))).not.toBe(first);
      expect(sentAbout(next, 'tier')).toHaveLength(4);
      await closed(next);
    });
  }, 120_000);
});
