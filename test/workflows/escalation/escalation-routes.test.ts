import { planFor } from '../../../src/shared/paging/escalation-routes';
import { searchAttributes } from '../../../src/shared/search-attributes';
import { askedSignal, escalateNowSignal, helplessSignal, routedSignal } from '../../../src/workflows/messages';
import { MINUTE, question } from '../../support/escalations';
import { recordHistory } from '../../support/temporal/record-history';
import { SAFETY, route } from '../../support/safety';
import { ClockSite } from '../../support/sites/clock-site';

const site = new ClockSite();
const { control } = site;
const pass = site.pass.bind(site);

beforeEach(() => site.up());
afterEach(() => site.down());

jest.setTimeout(180_000);

async function planOf(severity: string, routes = SAFETY.escalation.routes) {
  const now = await site.env.currentTimeMs();
  return planFor({ ...SAFETY.escalation, routes }, { alertname: 'KingfisherServiceDown', severity, labels: {} }, now);
}

/** An escalation about an alert of this severity. */
async function begin(severity: string, routes = SAFETY.escalation.routes) {
  return await site.begin({ severity, plan: await planOf(severity, routes) });
}

it('a warning is paged at the times of the matrix and with low urgency, also with nothing automatic left', async () => {
  await site.withController(async () => {
    const run = await begin('warning');
    await run.handle.signal(helplessSignal, { reason: 'nothing helped' });
    await pass(40);
    const view = await run.close();
    expect(run.pages()).toEqual(['10 tier 1', '30 tier 2']);
    expect(control.tiers(run.id).map(({ page }) => page)).toMatchObject(Array(4).fill({ urgency: 'low' }));
    expect(view.route).toBe('low urgency');
  });
});

it('an info is one line in the channel on duty, whatever happens', async () => {
  await site.withController(async () => {
    const run = await begin('info');
    await run.handle.signal(helplessSignal, { reason: 'nothing helped' });
    await run.handle.signal(escalateNowSignal, { reason: 'nothing helped' });
    await pass(90);
    const all = () => control.received.filter(({ workflowId }) => workflowId === run.id);
    expect(all()).toMatchObject([
      {
        channel: 'slack',
        threadTs: null,
        page: { kind: 'note', text: 'For your information (info), nobody is paged' },
      },
    ]);
    await run.close();
    await recordHistory(run.handle, 'escalation.line');
    // The close is told below it, and not in the channel.
    expect(all().slice(1)).toMatchObject([{ page: { kind: 'closed' }, threadTs: `ts of ${all()[0]!.key}` }]);
  });
});

it('severity none is never told, and asks nobody', async () => {
  await site.withController(async () => {
    const run = await begin('none');
    await run.handle.signal(escalateNowSignal, { reason: 'nothing helped' });
    await run.handle.signal(askedSignal, question(run.now));
    await pass(90);
    await run.close();
    expect(control.received.filter(({ workflowId }) => workflowId === run.id)).toEqual([]);
  });
});

describe('an alert that is quiet until a date', () => {
  it('that heals before is told to nobody', async () => {
    await site.withController(async () => {
      const until = new Date((await site.env.currentTimeMs()) + 122 * MINUTE).toISOString();
      const run = await begin('critical', [route({ severity: ['critical'] }, { quietUntil: until, reason: 'known' })]);
      await pass(10);
      await run.close();
      expect(control.received.filter(({ workflowId }) => workflowId === run.id)).toEqual([]);
    });
  });

  it('calls nobody before, and at that date those that it would have called', async () => {
    await site.withController(async () => {
      const until = new Date((await site.env.currentTimeMs()) + 122 * MINUTE + 5_000).toISOString();
      const quiet = route({ severity: ['critical'] }, { quietUntil: until, reason: 'known' });
      const run = await begin('critical', [quiet]);
      await run.handle.signal(helplessSignal, { reason: 'nothing helped' });
      await run.handle.signal(askedSignal, question(run.now));
      await pass(118);
      expect(control.received.filter(({ workflowId }) => workflowId === run.id)).toEqual([]);
      await pass(40);
      await run.close();
      await recordHistory(run.handle, 'escalation.quiet');
      expect(run.pages()).toEqual(['122 tier 1', '152 tier 2']);
    });
  });

  it('says its one line at that date where a line is all', async () => {
    await site.withController(async () => {
      const until = new Date((await site.env.currentTimeMs()) + 122 * MINUTE + 5_000).toISOString();
      const quiet = route({ severity: ['info'] }, { quietUntil: until, reason: 'known' });
      const run = await begin('info', [quiet, ...SAFETY.escalation.routes]);
      await pass(125);
      await run.close();
      const [line] = control.of(run.id, 'note');
      expect(Math.floor((line!.at - run.zero) / MINUTE)).toBe(122);
    });
  });
});

describe('an alert that gets worse', () => {
  it('calls people as the worse one does, and never again as the better one', async () => {
    await site.withController(async () => {
      const run = await begin('warning');
      await run.handle.signal(helplessSignal, { reason: 'nothing helped' });
      await pass(3);
      expect(run.pages()).toEqual([]);
      await run.handle.signal(routedSignal, { severity: 'critical', plan: await planOf('critical') });
      await pass(1);
      await run.handle.signal(routedSignal, { severity: 'info', plan: await planOf('info') });
      await pass(30);
      const view = await run.close();
      await recordHistory(run.handle, 'escalation.worse');
      expect(run.pages()).toEqual(['3 tier 1', '30 tier 2']);
      expect(control.tiers(run.id)[0]!.page).toMatchObject({ urgency: 'high', reason: 'nothing helped' });
      expect(view.subject.severity).toBe('critical');
      const { typedSearchAttributes } = await run.handle.describe();
      expect(typedSearchAttributes.get(searchAttributes.severity)).toBe('critical');
    });
  });
});
