import { pauseUpdate } from '../../../src/workflows/messages';
import { GuardSite, HOUR_MS } from '../../support/sites/guard-site';
import { recordHistory } from '../../support/temporal/record-history';
import { startTimeSkipping } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

/** What a guard does as time passes. What it does at once is in test/integration/guard/guard. */
let site: GuardSite;
// A server for each: a lock on time that it forgets in one test would hold up the next.
beforeEach(async () => {
  site = await GuardSite.up(await startTimeSkipping());
});
afterEach(() => site.down());

const FOR_EVER_MS = 30 * 24 * HOUR_MS;

it('the turn of a holder that is terminated without a word is passed on', async () => {
  const host = await site.newHost();
  const dead = await site.take(host, 'dead', { workMs: FOR_EVER_MS });
  await site.untilAtWork(dead);
  const next = await site.take(host, 'next');
  await site.untilHeard(next, 'queued');
  await dead.terminate();
  expect((await next.result()).heard).toEqual(['queued', 'granted']);
  await recordHistory(site.guard(host), 'guard.dead-holder');
});

it('a dead holder is noticed also while nobody waits', async () => {
  const host = await site.newHost();
  const dead = await site.take(host, 'dead', { workMs: FOR_EVER_MS });
  await site.untilAtWork(dead);
  await dead.terminate();
  await site.env.sleep('11 minutes');
  await site.untilHeldBy(host, null);
});

it('a holder that works for hours keeps the turn, and the history stays short', async () => {
  const host = await site.newHost();
  await site.startGuard(host, { maxEvents: 200 });
  const slow = await site.take(host, 'slow', { workMs: HOUR_MS });
  await site.untilHeard(slow, 'granted');
  const next = await site.take(host, 'next');
  await site.untilHeard(next, 'queued');
  const { begin, token } = await next.result();
  const before = await slow.result();
  expect(begin).toBeGreaterThanOrEqual(before.end);
  expect(token).toBeGreaterThan(before.token);
  const lengths = await site.historyLengths(host);
  expect(lengths.length).toBeGreaterThan(1);
  expect(Math.max(...lengths)).toBeLessThan(300);
});

it('a pause reminds, and ends by itself', async () => {
  const host = await site.newHost();
  const holder = await site.take(host, 'holder', { workMs: 60_000, waitsForResume: true });
  await site.untilHeard(holder, 'granted');
  const request = { by: 'anna', reason: 'moving', for: '2h' };
  await site.guard(host).executeUpdate(pauseUpdate, { args: [request] });
  const { heard, begin, end } = await holder.result();
  expect(heard).toEqual(['granted', 'paused', 'resumed']);
  expect(end - begin).toBeGreaterThanOrEqual(2 * HOUR_MS - 60_000);
  const mine = site.reminders.filter((one) => one.host === host);
  expect(mine).toMatchObject([{ pause: { by: 'anna', reason: 'moving' } }, { pause: { by: 'anna' } }]);
  await recordHistory(site.guard(host), 'guard.paused');
});

it('what an incident restarts in its turn counts for the next one', async () => {
  const host = await site.newHost();
  const first = await site.take(host, 'first', { workMs: FOR_EVER_MS, restarts: ['kingfisher'] });
  await site.untilHeard(first, 'granted');
  const isCounted = async () => (await site.view(host)).restarts.kingfisher === 1;
  await waitFor(isCounted, { what: 'its restart to be counted' });
  const view = await site.view(host);
  expect(view.recentIncidents).toBe(1);
  expect(view.changes).toMatchObject([{ incidentId: first.workflowId }]);
});
