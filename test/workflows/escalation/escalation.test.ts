import { randomUUID } from 'node:crypto';
import { closingId } from '../../../src/shared/ids';
import { ApplicationFailure } from '@temporalio/common';
import { searchAttributes } from '../../../src/shared/search-attributes';
import {
  askedSignal,
  closedSignal,
  escalateNowSignal,
  escalationQuery,
  helplessSignal,
  noteSignal,
} from '../../../src/workflows/messages';
import { MINUTE, PLAN, everyoneTold, question, startEscalation, subject } from '../../support/escalations';
import { recordHistory } from '../../support/temporal/record-history';
import { refusal } from '../../support/scripted/scripted-control';
import { ClockSite } from '../../support/sites/clock-site';

const site = new ClockSite();
const { control } = site;
const pass = site.pass.bind(site);
const begin = site.begin.bind(site);

beforeEach(() => site.up());
afterEach(() => site.down());

describe('the clock', () => {
  it('pages three tiers over all channels, and tells everyone when it is closed', async () => {
    await site.withController(async () => {
      const run = await begin();
      await pass(70);
      const view = await run.close();
      await recordHistory(run.handle, 'escalation.closed');
      const told = closingId(run.handle.workflowId, run.handle.firstExecutionRunId);
      await recordHistory(site.env.client.workflow.getHandle(told), 'closing.told');
      expect(run.pages()).toEqual(['15 tier 1', '30 tier 2', '60 tier 3']);
      expect(view.pages.map(({ tier, channel, delivered }) => [tier, channel, delivered])).toEqual([
        [1, 'slack', true],
        [1, 'pagerduty', true],
        [2, 'slack', true],
        [2, 'pagerduty', true],
        [3, 'pagerduty', true],
      ]);
      expect(view).toMatchObject({ closed: 'healed', next: null });
      expect(control.of(run.id, 'closed')).toHaveLength(5);
      expect(control.of(run.id, 'closed', 'slack').map((one) => one.threadTs)).not.toContain(null);
      const { typedSearchAttributes } = await run.handle.describe();
      expect(typedSearchAttributes.get(searchAttributes.tier)).toBe(3);
      // By which it is found beside its incident.
      expect(typedSearchAttributes.get(searchAttributes.host)).toBe(run.about.host);
      expect(typedSearchAttributes.get(searchAttributes.severity)).toBe('critical');
    });
  });

  it('pages a first tier of its own time, marked senior', async () => {
    await site.withController(async () => {
      const [first, ...later] = PLAN.tiers;
      const tiers = [{ ...first!, afterMs: 10 * MINUTE, senior: true }, ...later];
      const run = await begin({ plan: { ...PLAN, tiers } });
      await pass(40);
      await run.close();
      expect(run.pages()).toEqual(['10 tier 1', '30 tier 2']);
      expect(control.of(run.id, 'tier').map(({ page }) => page.kind === 'tier' && page.senior)).toEqual([
        true,
        true,
        false,
        false,
      ]);
    });
  });

  it('sends nothing when it is closed before anybody was paged', async () => {
    await site.withController(async () => {
      const run = await begin();
      await pass(5);
      await run.close('selfHealed');
      expect(control.received.filter(({ workflowId }) => workflowId === run.id)).toEqual([]);
    });
  });

  it('gives automation its time before it pages what was due before it began, and pages it one after the other', async () => {
    await site.withController(async () => {
      const run = await begin({ ago: 34 * 60 });
      await pass(20);
      await run.close();
      await recordHistory(run.handle, 'escalation.old-alert');
      expect(run.pages()).toEqual(['2042 tier 1 collapsed', '2047 tier 2 collapsed', '2052 tier 3 collapsed']);
    });
  });

  it('pages at once with nothing automatic left though the alert is old, and the other tiers one after the other', async () => {
    await site.withController(async () => {
      const run = await begin({ ago: 34 * 60 });
      await run.handle.signal(helplessSignal, { reason: 'nothing helped' });
      await pass(20);
      await run.close();
      expect(run.pages()).toEqual(['2040 tier 1 collapsed', '2045 tier 2 collapsed', '2050 tier 3 collapsed']);
      expect(control.tiers(run.id)[0]!.page).toMatchObject({ reason: 'nothing helped' });
    });
  });

  it.each([
    ['in the future', 20],
    ['in the year 9998', 4_193_000_000],
  ])('does not believe a start that is %s', async (_, minutes) => {
    await site.withController(async () => {
      const run = await begin({ ago: -minutes });
      await pass(16);
      const view = await run.close();
      expect(view.pages.map(({ tier }) => tier)).toEqual([1, 1]);
      expect(Date.parse(view.subject.startsAt)).toBeLessThan(run.now + MINUTE);
    });
  });

  it('pages at once when automation cannot help, and the others at their time', async () => {
    await site.withController(async () => {
      const run = await begin();
      await pass(3);
      await run.handle.signal(escalateNowSignal, { reason: 'nothing helped' });
      await pass(1);
      await run.handle.signal(escalateNowSignal, { reason: 'again' });
      await pass(30);
      await run.close();
      await recordHistory(run.handle, 'escalation.at-once');
      expect(run.pages()).toEqual(['3 tier 1', '30 tier 2']);
      expect(control.tiers(run.id)[0]!.page).toMatchObject({ reason: 'nothing helped' });
    });
  });
});

it('shows its end in Temporal UI', async () => {
  await site.withController(async () => {
    const run = await begin();
    await pass(1);
    await run.close();
    const { currentDetails } = await run.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain('**closed, healed**');
  });
});

it('cancelled, it says that it goes on, and tells what it hears', async () => {
  await site.withController(async () => {
    const run = await begin();
    await pass(16);
    await run.handle.cancel();
    await run.handle.signal(noteSignal, { text: 'the disk is full' });
    await pass(1);
    const { notTaken } = await run.handle.query(escalationQuery);
    expect(notTaken).toEqual([expect.stringContaining('A cancellation: ')]);
    expect(control.of(run.id, 'note', 'slack')).toHaveLength(1);
    expect((await run.close()).closed).toBe('healed');
  });
});

it('of a guard or a lease says nothing to it: those do not listen', async () => {
  await site.withController(async () => {
    const now = await site.env.currentTimeMs();
    const handle = await startEscalation(site.env, subject(now, { workflowId: `guard/h-${randomUUID()}` }));
    await pass(16);
    await handle.signal(closedSignal, { outcome: 'healed', summary: '' });
    await handle.result();
    const { events } = await handle.fetchHistory();
    expect(events!.filter((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes)).toEqual([]);
  });
});

describe('a heal that nobody was called for', () => {
  it.each([
    ['healed', 1],
    ['degraded', 1],
    ['selfHealed', 0],
    ['resolvedByPeople', 0],
  ] as const)('%s is told in %d messages', async (outcome, count) => {
    await site.withController(async () => {
      const run = await begin();
      const facts = [{ name: 'Mended by', lines: ['Halcyon'] }];
      await run.handle.signal(closedSignal, { outcome, summary: 'Healed on h1', facts });
      await run.handle.result();
      await everyoneTold(site.env, run.handle);
      const told = control.received.filter(({ workflowId }) => workflowId === run.id);
      expect(told.map(({ channel, page }) => ({ channel, page }))).toEqual(
        Array(count).fill({
          channel: 'slack',
          page: { kind: 'closed', outcome, summary: 'Healed on h1', facts, isSilent: true },
        }),
      );
    });
  });
});

describe('an acknowledgement', () => {
  it('holds further tiers, is heard by everyone paged, and lapses', async () => {
    await site.withController(async () => {
      const run = await begin();
      await pass(20);
      await run.ack('anna', 30);
      await pass(1);
      const held = await run.handle.query(escalationQuery);
      expect(held.acknowledged).toMatchObject({ as: 'anna' });
      expect(Math.round((Date.parse(held.next!.at) - run.zero) / MINUTE)).toBe(50);
      await pass(45);
      await run.close();
      await recordHistory(run.handle, 'escalation.acknowledged');
      expect(run.pages()).toEqual(['15 tier 1', '50 tier 2 collapsed', '60 tier 3']);
      expect(
        control
          .of(run.id, 'acknowledged')
          .map((one) => one.channel)
          .sort(),
      ).toEqual(['pagerduty', 'slack']);
      expect(control.of(run.id, 'note', 'slack')).toHaveLength(1);
    });
  });

  it('that comes while a page is on its way holds the next tier too', async () => {
    await site.withController(async () => {
      let isAway = true;
      control.before = (_, { page }) => {
        if (isAway && page.kind === 'tier') throw ApplicationFailure.retryable('500', 'PageNotYetDelivered');
      };
      const run = await begin();
      await pass(15);
      await run.ack('anna', 10);
      await pass(5);
      isAway = false;
      await pass(20);
      await run.close();
      expect(run.pages()).toEqual(['25 tier 1', '30 tier 2']);
    });
  });

  it('takes the place of one that is still to be told; whatever else was said arrives', async () => {
    await site.withController(async () => {
      let isAway = false;
      control.before = (channel) => {
        if (isAway && channel === 'slack') throw new Error('Slack is away');
      };
      const run = await begin();
      await pass(16);
      isAway = true;
      await run.handle.signal(noteSignal, { text: 'the disk is full' });
      await run.ack('anna', 30);
      await pass(1);
      await run.ack('bela', 30);
      await pass(1);
      isAway = false;
      await pass(6);
      await run.close();
      const texts = control.of(run.id, 'note', 'slack').map(({ page }) => page.kind === 'note' && page.text);
      expect(texts).toEqual(['the disk is full']);
      const holders = control.of(run.id, 'acknowledged', 'slack').map(({ page }) => 'as' in page && page.as);
      expect(holders).toEqual(['bela']);
    });
  });
});

describe('delivery', () => {
  it('goes to the next tier at once when a tier can reach nobody', async () => {
    await site.withController(async () => {
      control.before = (_, { page }) => {
        if (page.kind === 'tier' && page.tier === 1) throw refusal();
      };
      const run = await begin();
      await pass(20);
      const view = await run.handle.query(escalationQuery);
      await run.close();
      await recordHistory(run.handle, 'escalation.undeliverable');
      expect(run.pages()).toEqual(['15 tier 2']);
      expect(control.tiers(run.id)[0]!.page).toMatchObject({ reason: 'the call before reached nobody' });
      expect(view.pages.filter((page) => page.tier === 1)).toMatchObject([
        { delivered: false, detail: expect.stringContaining('invalid key') as string },
        { delivered: false },
      ]);
      // Whoever refused every page hears no close either.
      expect(control.of(run.id, 'closed')).toHaveLength(2);
    });
  });

  it('of a tier gets five seconds before the next follows, where a plan has them closer', async () => {
    control.before = (_, { page }) => {
      if (page.kind === 'tier' && page.tier === 1) throw ApplicationFailure.retryable('500', 'PageNotYetDelivered');
    };
    await site.withController(async () => {
      const tiers = PLAN.tiers.slice(0, 2).map((tier, index) => ({ ...tier, afterMs: index * 1_000 }));
      const run = await begin({ plan: { ...PLAN, tiers } });
      await pass(1);
      const { pages } = await run.close();
      const begun = (tier: number) => Date.parse(pages.find((page) => page.tier === tier)!.at);
      expect(Math.round((begun(2) - begun(1)) / 1_000)).toBe(5);
    });
  });

  it('is shown in Temporal UI from its beginning, not from its end', async () => {
    control.before = () => {
      throw new Error('away');
    };
    await site.withController(async () => {
      const run = await begin();
      await pass(15);
      const { currentDetails } = await run.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
      expect(currentDetails).toContain('**Paged**');
      control.before = () => undefined;
      await run.close();
    });
  });

  it('a channel that fails for long holds up neither the other nor the next tier, and is delivered once', async () => {
    await site.withController(async () => {
      let isAway = true;
      control.before = (_, { subject: { workflowId }, page }) => {
        const isTierOne = page.kind === 'tier' && page.tier === 1;
        if (isAway && isTierOne && workflowId === run.id)
          throw ApplicationFailure.retryable('500', 'PageNotYetDelivered');
      };
      const run = await begin();
      await pass(25);
      expect(run.pages()).toEqual(['16 tier 2']);
      isAway = false;
      await pass(10);
      await run.close();
      expect(run.pages()).toHaveLength(2);
      expect(
        control
          .tiers(run.id, 'slack')
          .map((one) => one.tier)
          .sort(),
      ).toEqual([1, 2]);
    });
  });

  it('goes on in the next run of the clock where PagerDuty does not take it for long, once', async () => {
    let isAway = true;
    control.before = (channel) => {
      if (isAway && channel === 'pagerduty') throw ApplicationFailure.retryable('500', 'PageNotYetDelivered');
    };
    await site.withController(async () => {
      const run = await begin({ limit: { maxEvents: 15 } });
      await pass(20);
      expect(control.tiers(run.id, 'slack')).toHaveLength(1);
      const newest = site.env.client.workflow.getHandle(run.handle.workflowId);
      expect((await newest.describe()).runId).not.toBe(run.handle.firstExecutionRunId);
      isAway = false;
      await pass(5);
      expect(control.tiers(run.id, 'pagerduty')).toHaveLength(1);
      expect(control.tiers(run.id, 'slack')).toHaveLength(1);
      await run.close();
    });
  });

  it('tries all tiers again every five minutes while nobody can be reached', async () => {
    await site.withController(async () => {
      let isBroken = true;
      control.before = (_, { subject: { workflowId }, page }) => {
        if (isBroken && page.kind === 'tier' && workflowId === run.id) throw refusal();
      };
      const run = await begin();
      await pass(18);
      expect(run.pages()).toEqual([]);
      isBroken = false;
      await pass(10);
      await run.close();
      await recordHistory(run.handle, 'escalation.refused-again');
      expect(run.pages().sort()).toEqual(['20 tier 1', '20 tier 2', '20 tier 3']);
      expect(control.tiers(run.id).map((one) => one.repeated)).not.toContain(false);
    });
  });
});

describe('a question', () => {
  it('is the first page of an alert that rings at once: one message a channel', async () => {
    await site.withController(async () => {
      const run = await begin();
      await run.handle.signal(askedSignal, question(run.now));
      await run.handle.signal(askedSignal, question(run.now));
      await pass(20);
      await run.close();
      await recordHistory(run.handle, 'escalation.asked-at-once');
      expect(control.of(run.id, 'asked')).toMatchObject([{ channel: 'slack' }]);
      expect(control.tiers(run.id)).toMatchObject([
        { tier: 1, channel: 'pagerduty', page: { reason: 'An answer is needed: Full recovery' } },
      ]);
      expect(run.pages()).toEqual(['0 tier 1']);
      expect(control.of(run.id, 'closed')).toHaveLength(2);
    });
  });

  it('after the first page calls those on duty again, by the same incident of PagerDuty', async () => {
    await site.withController(async () => {
      const run = await begin();
      await pass(16);
      await run.handle.signal(askedSignal, question(run.now));
      await pass(1);
      await run.close();
      expect(control.of(run.id, 'asked').map(({ channel }) => channel)).toEqual(
        expect.arrayContaining(['slack', 'pagerduty']),
      );
      expect(run.pages()).toEqual(['15 tier 1']);
      expect(control.of(run.id, 'closed')).toHaveLength(2);
    });
  });

  it('that is over is told wherever it stood: in PagerDuty too, which a plain note does not reach', async () => {
    await site.withController(async () => {
      const run = await begin();
      await run.handle.signal(askedSignal, question(run.now));
      await pass(1);
      await run.handle.signal(noteSignal, { text: 'rejected by anna', endsQuestion: true });
      await run.handle.signal(noteSignal, { text: 'more' });
      await pass(1);
      await run.close();
      await recordHistory(run.handle, 'escalation.answered');
      const told = control.of(run.id, 'note').map(({ channel, page }) => [channel, page.kind === 'note' && page.text]);
      expect(told.sort()).toEqual([
        ['pagerduty', 'rejected by anna'],
        ['slack', 'more'],
        ['slack', 'rejected by anna'],
      ]);
    });
  });

  it('that is over rings nobody whom its page may not have reached', async () => {
    await site.withController(async () => {
      const run = await begin();
      control.before = (channel, { subject: { workflowId } }) => {
        if (channel === 'pagerduty' && workflowId === run.id) throw new Error('away');
      };
      await run.handle.signal(askedSignal, question(run.now));
      await pass(1);
      control.before = () => undefined;
      await run.handle.signal(noteSignal, { text: 'rejected by anna', endsQuestion: true });
      await run.ack('anna', 30);
      await pass(1);
      await run.close();
      expect(control.of(run.id, 'note').map(({ channel }) => channel)).toEqual(['slack']);
    });
  });

  it('rings nobody while somebody has it', async () => {
    await site.withController(async () => {
      const run = await begin();
      await pass(16);
      await run.ack('anna', 30);
      await run.handle.signal(askedSignal, question(run.now));
      await pass(1);
      await run.close();
      expect(control.of(run.id, 'asked')).toMatchObject([{ channel: 'slack' }]);
    });
  });

  it('of an alert that does not ring at once goes to the Slack channel on duty without being a tier, once', async () => {
    await site.withController(async () => {
      const run = await begin({ plan: { ...PLAN, onHelpless: 'onTime' } });
      await run.handle.signal(askedSignal, question(run.now));
      await run.handle.signal(askedSignal, question(run.now));
      await pass(20);
      await run.close();
      await recordHistory(run.handle, 'escalation.asked');
      expect(control.of(run.id, 'asked')).toMatchObject([{ channel: 'slack' }]);
      expect(run.pages()).toEqual(['15 tier 1']);
      // Page and close are in the thread that the question began.
      expect(control.of(run.id, 'tier', 'slack')[0]!.threadTs).toBe(`ts of ${control.of(run.id, 'asked')[0]!.key}`);
      expect(
        control
          .of(run.id, 'closed')
          .map((one) => one.channel)
          .sort(),
      ).toEqual(['pagerduty', 'slack']);
    });
  });

  it('that could not be posted before it was over is a page without a question', async () => {
    await site.withController(async () => {
      let isAway = true;
      const run = await begin({ plan: { ...PLAN, tiers: [{ afterMs: 15 * MINUTE, notify: 'onDuty' }] } });
      control.before = (_, { subject: { workflowId } }) => {
        if (isAway && workflowId === run.id) throw refusal();
      };
      await run.handle.signal(askedSignal, question(run.now));
      await pass(40);
      isAway = false;
      await pass(6);
      await run.close();
      expect(control.of(run.id, 'asked')).toEqual([]);
      expect(
        control
          .tiers(run.id)
          .map(({ channel }) => channel)
          .sort(),
      ).toEqual(['pagerduty', 'slack']);
    });
  });
});
