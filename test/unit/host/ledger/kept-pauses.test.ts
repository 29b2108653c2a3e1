import { createHostActivities } from '../../../../src/activities/host';
import { createFence } from '../../../../src/host/fence/fence';
import { createLedger } from '../../../../src/host/ledger/ledger';
import type { Pause } from '../../../../src/shared/safety/guard';
import type { ChangePermit } from '../../../../src/shared/safety/permit';
import { hostSettings } from '../../activities/support/host';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const T0 = Date.parse('2026-11-23T03:00:00Z');
const HOUR = 3_600_000;
const at = (ms: number) => new Date(T0 + ms).toISOString();
const pause = (by: string, forMs: number): Pause => ({ by, reason: 'moving', since: at(0), until: at(forMs) });
const ledger = (now = T0) => createLedger({ stateDir: folder.path('state') }, () => now);

function check(now: number, kind: ChangePermit['kind'] = 'change'): void {
  const settings = { stateDir: folder.path('state'), pauseFile: folder.path('paused') };
  const fence = createFence({ ...settings, refuseWhileKept: () => ledger(now).pauses.refuse() });
  fence.check({ kind, token: 1, holder: 'incident/A/h1' });
}

it('hold for every agent of the host until the last has ended by its own clock; an undo goes on', async () => {
  await ledger().pauses.keep({ revision: 1, pauses: [pause('anna', 6 * HOUR), pause('bela', 2_000)] });
  expect(() => check(T0)).toThrow(/paused by anna until .* and bela until .*halcyon resume/);
  expect(() => check(T0 + HOUR)).toThrow(/paused by anna/);
  expect(() => check(T0 + HOUR, 'undo')).not.toThrow();
  expect(ledger(T0 + HOUR).pauses.inForce()).toMatchObject({ revision: 1, pauses: [{ by: 'anna' }] });
  expect(() => check(T0 + 6 * HOUR)).not.toThrow();
});

it('are the newest list: an older one, late on its way, ends nothing', async () => {
  await ledger().pauses.keep({ revision: 3, pauses: [pause('anna', HOUR)] });
  await ledger().pauses.keep({ revision: 2, pauses: [] });
  expect(() => check(T0)).toThrow('paused by anna');
  await ledger().pauses.keep({ revision: 4, pauses: [] });
  expect(() => check(T0)).not.toThrow();
});

it('are bounded: names, reasons, their number and their time', async () => {
  const endless = { by: 'x'.repeat(9_000), reason: '\u0001'.repeat(9_000), since: at(0), until: at(9_000 * HOUR) };
  await ledger().pauses.keep({ revision: 1, pauses: Array.from({ length: 500 }, () => endless) });
  const { pauses } = ledger().pauses.inForce();
  expect([pauses.length, pauses[0]!.by.length, pauses[0]!.reason.length]).toEqual([20, 100, 200]);
  expect(pauses[0]!.until).toBe(at(7 * 24 * HOUR));
  const leap = ledger().pauses.keep({ revision: Number.MAX_SAFE_INTEGER, pauses: [] });
  await expect(leap).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  expect(() => check(T0)).toThrow('paused by');
});

it.each([undefined, null, [], {}, { revision: 1 }, { revision: 1, pauses: [{}] }, { revision: -1, pauses: [] }])(
  '%j is no list of them, and changes nothing',
  async (given) => {
    const agent = createHostActivities(hostSettings(folder.path()));
    await expect(agent.keepPauses(given as never)).rejects.toMatchObject({ type: 'UnsafeSelector' });
    expect(await agent.observeLedger()).toEqual({
      newest: { token: 0, holder: '' },
      kept: { revision: 0, pauses: [] },
    });
  },
);
