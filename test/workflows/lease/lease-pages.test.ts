import { abandonLeaseUpdate, releaseLeaseUpdate } from '../../../src/workflows/messages';
import { LeaseSite, SETTING } from '../../support/sites/lease-site';
import type { LeaseHost } from '../../support/sites/lease-site';
import { waitFor } from '../../support/wait-for';

/** People are paged of an undo that fails for long, and hear what became of it. */
let site: LeaseSite;

// A server each: time that passed in one test would hold up the next.
beforeEach(async () => {
  site = await LeaseSite.up();
});
afterEach(async () => {
  await site?.down();
});

const by = { by: 'anna', reason: 'the test says so' };

/** A lease that nobody wants, and that could not be undone for long. */
async function paged(test: (host: LeaseHost) => Promise<void>): Promise<void> {
  await site.withHost(async (host) => {
    const handle = await host.request();
    await host.active();
    host.settings.malformed = true;
    await handle.executeUpdate(releaseLeaseUpdate, { args: [by] });
    await site.env.sleep('20 minutes');
    await host.escalation.describe();
    await test(host);
  });
}

/** The last that whoever was paged heard. */
async function lastWord(host: LeaseHost): Promise<string> {
  const isOver = async () => (await host.escalation.describe()).status.name === 'COMPLETED';
  await waitFor(isOver, { what: 'those who were paged to hear that it is over' });
  return ((await host.escalation.result()) as string[]).at(-1)!;
}

describe('people who were paged of an undo that fails hear', () => {
  it('that it is undone, also when somebody wants it again by then', async () => {
    await paged(async (host) => {
      host.settings.malformed = false;
      await host.request({ owner: 'incident/B/h1', value: 2 });
      await site.env.sleep('2 minutes');
      expect(await host.active()).toMatchObject({ original: 8, value: 2 });
      expect(await lastWord(host)).toMatch(/^selfHealed: openai.max_qps of .* is 8: the temporary change is undone$/);
      expect(host.settings.writes).toEqual([4, 8, 2]);
    });
  });

  it('that it is wanted again, when its host answers by then', async () => {
    await paged(async (host) => {
      let looks = 0;
      host.settings.before = (activity) => {
        if (activity === 'observeSetting' && ++looks > 1) host.settings.malformed = false;
      };
      await host.request({ owner: 'incident/B/h1' });
      await site.env.sleep('2 minutes');
      expect(await host.active()).toMatchObject({ original: 8, value: 4 });
      expect(await lastWord(host)).toMatch(
        /^selfHealed: openai.max_qps of .* is 4: the temporary change is wanted again$/,
      );
      expect(host.settings.writes).toEqual([4]);
    });
  });

  it('that somebody else set it', async () => {
    await paged(async (host) => {
      host.settings.values[SETTING] = 6;
      host.settings.malformed = false;
      await host.end();
      expect(await lastWord(host)).toMatch(/^selfHealed: openai.max_qps of .* is 6: set by somebody else, left alone$/);
    });
  });

  it('that it was given up, and whoever wants it by then has a lease of its own', async () => {
    await paged(async (host) => {
      await host.request({ owner: 'incident/B/h1', value: 2 });
      await host.lease.executeUpdate(abandonLeaseUpdate, { args: [by] });
      host.settings.malformed = false;
      expect(await lastWord(host)).toMatch(
        /^resolvedByPeople: openai.max_qps of .* is 4: given up, the original was not put back$/,
      );
      expect(await host.active()).toMatchObject({ original: 8, value: 2 });
      expect(host.settings.writes).toEqual([4, 2]);
    });
  });
});
