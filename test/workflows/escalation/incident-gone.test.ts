import { escalationQuery, noteSignal, standingSignal } from '../../../src/workflows/messages';
import { ClockSite } from '../../support/sites/clock-site';
import { recordHistory } from '../../support/temporal/record-history';

const site = new ClockSite();
const { control } = site;
const pass = site.pass.bind(site);
const begin = site.begin.bind(site);
type Run = Awaited<ReturnType<typeof begin>>;

beforeEach(() => site.up());
afterEach(() => site.down());

/** Slack is away for everyone who was paged: `back` ends that. */
function withoutSlack(): { back: () => void } {
  control.before = (channel) => {
    if (channel === 'slack') throw new Error('Slack is away');
  };
  return { back: () => (control.before = () => undefined) };
}

const notes = ({ id }: Run) => control.of(id, 'note', 'slack').map(({ page }) => page.kind === 'note' && page.text);
const TERMINATED = expect.stringContaining("Halcyon's run was terminated") as string;

it('is noticed: its people are paged at once, told why in the page alone, and the tiers go on', async () => {
  await site.withController(async () => {
    const run = await begin();
    control.ended.set(run.id, 'TERMINATED');
    const view = await run.handle.result();
    await recordHistory(run.handle, 'escalation.gone');
    expect(run.pages()).toEqual(['5 tier 1', '30 tier 2', '60 tier 3']);
    expect(view.closed).toBe('gone');
    expect(control.tiers(run.id).map(({ page }) => page.kind === 'tier' && page.ended)).toEqual(
      Array(5).fill("Halcyon's run was terminated"),
    );
    expect(notes(run)).toEqual([]);
  });
});

it('is told to those who were paged already, and over once somebody has it', async () => {
  await site.withController(async () => {
    const run = await begin();
    await pass(17);
    control.ended.set(run.id, 'FAILED');
    await pass(5);
    const told = control.of(run.id, 'note').map(({ channel }) => channel);
    expect(told.sort()).toEqual(['pagerduty', 'slack']);
    await run.ack('anna', 30);
    expect((await run.handle.result()).closed).toBe('gone');
    expect(run.pages()).toEqual(['15 tier 1']);
  });
});

it('is noticed within five minutes also while somebody has it and no tier is left', async () => {
  await site.withController(async () => {
    const run = await begin();
    await pass(62);
    await run.ack('anna', 90);
    control.ended.set(run.id, 'TERMINATED');
    await pass(5);
    // In the channels of both teams.
    expect(notes(run)).toEqual([TERMINATED, TERMINATED]);
    await run.handle.result();
  });
});

it('is no end of trouble where its host was well: nobody looks at that any more, so the tiers go on', async () => {
  await site.withController(async () => {
    const run = await begin();
    await pass(16);
    await run.handle.signal(standingSignal, { host: 'well', text: 'well' });
    await pass(1);
    expect((await run.handle.query(escalationQuery)).stillSince).not.toBeNull();
    control.ended.set(run.id, 'TERMINATED');
    await pass(60);
    // It was well for four minutes.
    expect(run.pages()).toEqual(['15 tier 1', '33 tier 2', '63 tier 3']);
    expect((await run.handle.result()).closed).toBe('gone');
  });
});

describe('completed', () => {
  it('whose last word arrives a moment later, is closed as any other', async () => {
    await site.withController(async () => {
      const run = await begin();
      control.ended.set(run.id, 'COMPLETED');
      await pass(5);
      expect((await run.close()).closed).toBe('healed');
      expect(run.pages()).toEqual([]);
    });
  });

  it('without a last word, is gone', async () => {
    await site.withController(async () => {
      const run = await begin();
      control.ended.set(run.id, 'COMPLETED');
      await pass(6);
      expect(run.pages()).toEqual(['5 tier 1']);
      expect(control.tiers(run.id)[0]?.page).toMatchObject({ ended: "Halcyon's run ended without closing its page" });
      await run.close();
    });
  });
});

describe('while Slack is away', () => {
  async function goneAndHeld(): Promise<{ run: Run; back: () => void }> {
    const run = await begin();
    await pass(17);
    const { back } = withoutSlack();
    control.ended.set(run.id, 'TERMINATED');
    await run.ack('anna', 30);
    await pass(5);
    return { run, back };
  }

  it('is told when that is back, and the clock ends after it', async () => {
    await site.withController(async () => {
      const { run, back } = await goneAndHeld();
      back();
      expect((await run.handle.result()).closed).toBe('gone');
      expect(notes(run)).toEqual([TERMINATED]);
    });
  });

  it('is told, and closed by whoever closes it in the meantime', async () => {
    await site.withController(async () => {
      const { run, back } = await goneAndHeld();
      await run.handle.signal(noteSignal, { text: 'more' });
      back();
      expect((await run.close('resolvedByPeople')).closed).toBe('resolvedByPeople');
      expect(control.of(run.id, 'closed')).toHaveLength(2);
    });
  });
});

it('keeps its clock until the last page has arrived', async () => {
  await site.withController(async () => {
    const run = await begin();
    control.before = (_, { page }) => {
      if (page.kind === 'tier' && page.tier === 3) throw new Error('PagerDuty is away');
    };
    control.ended.set(run.id, 'TERMINATED');
    await pass(70);
    control.before = () => undefined;
    expect((await run.handle.result()).closed).toBe('gone');
    expect(run.pages()).toEqual(['5 tier 1', '30 tier 2', expect.stringMatching(/^[67]\d tier 3$/)]);
  });
});
