import { noteSignal, standingSignal } from '../../../src/workflows/messages';
import { PLAN } from '../../support/escalations';
import { ClockSite } from '../../support/sites/clock-site';
import { timerNames } from '../../support/temporal/timer-names';

const site = new ClockSite();
const { control } = site;
const pass = site.pass.bind(site);

beforeEach(() => site.up());
afterEach(() => site.down());

it('a host that was well, and is not: the tiers go on where they stood, to the minute', async () => {
  await site.withController(async () => {
    const run = await site.begin();
    await pass(3);
    await run.handle.signal(standingSignal, { host: 'well', text: 'well' });
    await pass(61);
    await run.handle.signal(standingSignal, { host: 'down', text: 'down' });
    await pass(30);
    await run.close();
    // 15 and 30 minutes of trouble, and 61 in which it was well.
    expect(run.pages()).toEqual(['76 tier 1', '91 tier 2']);
  });
});

it('a team that is no tier is informed in its channel, and nobody is called', async () => {
  await site.withController(async () => {
    const run = await site.begin();
    const [team] = Object.keys(PLAN.teams);
    await run.handle.signal(noteSignal, { text: 'for your eyes', team: team! });
    await pass(1);
    expect(control.of(run.id, 'note').map(({ channel, page }) => [channel, page])).toEqual([
      ['slack', { kind: 'note', text: 'for your eyes' }],
    ]);
    await run.close();
  });
});

it('says in Temporal UI what it waits for', async () => {
  await site.withController(async () => {
    const run = await site.begin();
    await pass(16);
    await run.ack('anna', 2);
    await pass(12);
    await run.close();
    expect([...new Set(await timerNames(run.handle))]).toEqual([
      'Look after the incident',
      'Tier 1 is due',
      'Delivery of tier 1',
      'Acknowledgement lapses',
      'Tier 2 is due',
    ]);
  });
});
