import { pauseSignal, pauseUpdate, resumeSignal } from '../../../src/workflows/messages';
import { GuardSite, HOUR_MS } from '../../support/sites/guard-site';
import { recordHistory } from '../../support/temporal/record-history';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

/** What a guard has from its host when it knows nothing itself, and what the host has from it. */
let site: GuardSite;
// A real server: one that skips time may stand still when a guard is ended in the middle of a task.
beforeAll(async () => {
  site = await GuardSite.up(await startLocal());
});
afterAll(() => site.down());

const ANNA = { by: 'anna', reason: 'moving', for: '6h' };
const FOR_EVER_MS = 30 * 24 * HOUR_MS;

async function untilKept(host: string, ...by: string[]): Promise<void> {
  const names = () => site.ledgerOf(host).inForce.map((one) => one.by);
  await waitFor(() => names().join() === by.join(), { what: `${host} to keep the pauses of ${by.join()}` });
}

it('the newest token is the host’s, whatever the clock of a controller said', async () => {
  const host = await site.newHost();
  site.ledgerOf(host).newest = { token: 4_000, holder: 'incident/old/h1' };
  expect((await (await site.take(host, 'a')).result()).token).toBe(4_001);
  site.ledgerOf(host).newest = { token: 5_000, holder: 'incident/old/h1' };
  await site.guard(host).terminate();
  expect((await (await site.take(host, 'b')).result()).token).toBe(5_001);
  expect(site.ledgerOf(host).asked).toBe(2);
});

it('a pause outlives the guard that was terminated, on the host and in the next guard', async () => {
  const host = await site.newHost();
  const holder = await site.take(host, 'holder', { workMs: FOR_EVER_MS });
  await site.untilHeard(holder, 'granted');
  await site.guard(host).executeUpdate(pauseUpdate, { args: [ANNA] });
  await site.guard(host).executeUpdate(pauseUpdate, { args: [{ ...ANNA, by: 'bela', for: '1h' }] });
  await untilKept(host, 'anna', 'bela');
  await site.guard(host).terminate('by hand');
  await holder.terminate();
  const late = await site.take(host, 'late', { waitsForResume: true });
  await site.untilHeard(late, 'refused');
  expect((await site.view(host)).pauses).toMatchObject([{ by: 'anna', reason: 'moving' }, { by: 'bela' }]);
  await site.guard(host).signal(resumeSignal, { by: 'anna', all: true });
  await untilKept(host);
  const { heard } = await late.result();
  expect(heard.slice(-1)).toEqual(['granted']);
  await recordHistory(site.guard(host), 'guard.pause-found-again');
});

it('the host has a pause at once, also where nobody works on it who would hear of it', async () => {
  const host = await site.newHost();
  await (await site.take(host, 'before')).result();
  await site.guard(host).executeUpdate(pauseUpdate, { args: [ANNA] });
  await untilKept(host, 'anna');
  await site.guard(host).signal(resumeSignal, { by: 'anna' });
  await untilKept(host);
});

it('a guard that is cancelled stays, and says so', async () => {
  const host = await site.newHost();
  const holder = await site.take(host, 'holder', { workMs: 1_000, waitsForResume: true });
  await site.untilHeard(holder, 'granted');
  await site.guard(host).executeUpdate(pauseUpdate, { args: [ANNA] });
  await site.guard(host).cancel();
  await site.guard(host).signal(resumeSignal, { by: 'anna' });
  const { heard } = await holder.result();
  expect(heard).toEqual(['granted', 'paused', 'resumed']);
  await recordHistory(site.guard(host), 'guard.cancelled');
});

it('a host whose agent is away holds up no turn for long, and gets what was said when it is back', async () => {
  const host = site.newHostWithoutAgent();
  const first = await site.take(host, 'first', { workMs: HOUR_MS });
  await site.untilHeard(first, 'granted');
  await site.guard(host).signal(pauseSignal, ANNA);
  await site.untilHeard(first, 'paused');
  await site.startAgent(host, { token: 70, holder: 'incident/old/h1' });
  await untilKept(host, 'anna');
  await waitFor(async () => (await site.view(host)).holder?.token === 71, { what: 'a token that the host takes' });
  await recordHistory(site.guard(host), 'guard.agent-away');
});
