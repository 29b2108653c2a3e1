import { abandonLeaseUpdate, releaseLeaseUpdate } from '../../../src/workflows/messages';
import { LeaseSite, SETTING } from '../../support/sites/lease-site';
import type { LeaseHost } from '../../support/sites/lease-site';
import { recordHistory } from '../../support/temporal/record-history';
import { waitFor } from '../../support/wait-for';

/** What the host knows of a lease is more than what the lease itself remembers. */
let site: LeaseSite;

// A server each: time that passed in one test would hold up the next.
beforeEach(async () => {
  site = await LeaseSite.up();
});
afterEach(async () => {
  await site?.down();
});

const by = { by: 'anna', reason: 'the test says so' };

/** As an agent whose host is gone, or cannot be reached. */
function away(host: LeaseHost): void {
  host.settings.malformed = true;
}

async function untilFailing(host: LeaseHost): Promise<void> {
  const isSaid = (notes: string[]) => notes.some((note) => note.includes('could not be put back'));
  await host.until('the undo to fail', ({ state, notes }) => state === 'undoing' && isSaid(notes));
}

describe('a lease that was terminated', () => {
  it('and is taken again ends at the first original, not at the deviation', async () => {
    await site.withHost(async (host) => {
      const first = await host.request();
      await host.active();
      await first.terminate('by hand');
      const again = await host.request();
      expect(await host.active()).toMatchObject({ original: 8, value: 4, current: 4 });
      expect(await host.end()).toMatchObject({ state: 'undone', original: 8, current: 8 });
      await recordHistory(again, 'lease.taken-again');
    });
  });

  it('and is asked for another value has the first original, too', async () => {
    await site.withHost(async (host) => {
      const first = await host.request();
      await host.active();
      await first.terminate('by hand');
      await host.request({ value: 2 });
      expect(await host.active()).toMatchObject({ original: 8, value: 2 });
      await host.end();
      expect(host.settings.writes).toEqual([4, 2, 8]);
    });
  });

  it('after which somebody wrote another value has that as its original', async () => {
    await site.withHost(async (host) => {
      const first = await host.request();
      await host.active();
      await first.terminate('by hand');
      host.settings.values[SETTING] = 6;
      delete host.settings.known[SETTING];
      await host.request({ value: 2 });
      expect(await host.active()).toMatchObject({ original: 6, value: 2 });
    });
  });
});

it('a lease whose run lost all that it knew puts back what the host knows', async () => {
  await site.withHost(async (host) => {
    // As after a reset to its begin, when its time was over meanwhile.
    host.settings.halfWritten(SETTING, 4);
    const handle = await host.request({ forMs: 1 });
    expect(await host.end()).toMatchObject({ state: 'undone', original: 8, current: 8 });
    await recordHistory(handle, 'lease.found-again');
  });
});

it('the same value by another hand stays, and is reported', async () => {
  await site.withHost(async (host) => {
    const handle = await host.request();
    await host.active();
    host.settings.rewritten.add(SETTING);
    const end = await host.end();
    await recordHistory(handle, 'lease.rewritten');
    expect(end).toMatchObject({ state: 'overtaken', current: 4 });
    expect(host.value).toBe(4);
  });
});

describe('an undo that fails', () => {
  it('is given up by a person, and then nobody puts the original back', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      away(host);
      await handle.executeUpdate(releaseLeaseUpdate, { args: [by] });
      await untilFailing(host);
      await handle.executeUpdate(abandonLeaseUpdate, { args: [{ by: 'anna', reason: 'h1 was rebuilt' }] });
      const end = await host.end();
      await recordHistory(handle, 'lease.abandoned');
      expect(end).toMatchObject({ state: 'abandoned', original: 8 });
      expect(end.notes.join('\n')).toContain('Given up by anna: h1 was rebuilt; 8 was not put back');
      expect(host.value).toBe(4);
    });
  });

  it('is given up at once, also while its agent takes no work', async () => {
    const host = site.host();
    await site.withController(async () => {
      const handle = await host.withAgent(async () => {
        const asked = await host.request();
        await host.active();
        away(host);
        await asked.executeUpdate(releaseLeaseUpdate, { args: [by] });
        await untilFailing(host);
        return asked;
      });
      await handle.executeUpdate(abandonLeaseUpdate, { args: [by] });
      expect(await host.end()).toMatchObject({ state: 'abandoned' });
    });
  });

  it('is tried again at once when somebody releases it meanwhile', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      away(host);
      await handle.executeUpdate(releaseLeaseUpdate, { args: [by] });
      await untilFailing(host);
      host.settings.malformed = false;
      await handle.executeUpdate(releaseLeaseUpdate, { args: [{ by: 'bela', reason: 'now' }] });
      await waitFor(() => host.value === 8, { what: 'the undo' });
      expect((await host.end()).notes.join('\n')).toContain('To be undone now, says bela: now');
    });
  });

  it.each(['that is in effect', 'that is over'])('is the only reason to give one up: not one %s', async (what) => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      if (what === 'that is over') await handle.executeUpdate(releaseLeaseUpdate, { args: [by] });
      await expect(handle.executeUpdate(abandonLeaseUpdate, { args: [by] })).rejects.toThrow();
      if (what !== 'that is over') expect(await host.view()).toMatchObject({ state: 'active' });
    });
  });
});
