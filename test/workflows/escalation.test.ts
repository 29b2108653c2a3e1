import { ApplicationFailure } from '@temporalio/common';
import type { Approval } from '../../src/shared/approval';
import type { EscalationPlan } from '../../src/shared/escalation';
import { searchAttributes } from '../../src/shared/search-attributes';
import {
  acknowledgedSignal,
  askedSignal,
  closedSignal,
  escalateNowSignal,
  escalationQuery,
} from '../../src/workflows/messages';
import { MINUTE, PLAN, startEscalation, subject } from '../support/escalations';
import { recordHistory } from '../support/record-history';
import { ScriptedControl, refusal } from '../support/scripted-control';
import { waitFor } from '../support/wait-for';
import { WorkflowSite } from '../support/workflow-site';

let site: WorkflowSite;
const control = new ScriptedControl();

beforeEach(async () => {
  site = await WorkflowSite.up({ control: control.activities() });
});
afterEach(async () => {
  await site?.down();
});
beforeEach(() => {
  control.before = () => undefined;
});

const now = async () => await site.env.currentTimeMs();
/**
 * A little longer: what a test says then never meets a timer that fires at the same moment, which the test server (not
 * Temporal) answers with a workflow task that fails for ever.
 */
const pass = async (minutes: number) => await site.env.sleep(minutes * MINUTE + 7_000);
const healed = { outcome: 'healed', summary: 'Restarted KingFisher' } as const;

/** Starts an escalation whose alert began `ago` minutes ago. */
async function begin({ ago = 0, plan = PLAN }: { ago?: number; plan?: EscalationPlan } = {}) {
  const zero = (await now()) - ago * MINUTE;
  const about = subject(zero);
  const handle = await startEscalation(site.env, about, plan);
  const { workflowId: id } = about;
  /** `15 tier 1`, or `40 tier 1 collapsed`: when PagerDuty, which every team has, accepted it. */
  const pages = () =>
    control
      .tiers(id, 'pagerduty')
      .map((one) => `${Math.floor((one.at - zero) / MINUTE)} tier ${one.tier}${one.collapsed ? ' collapsed' : ''}`);
  const ack = async (as: string, minutes: number) => {
    const until = new Date((await now()) + minutes * MINUTE).toISOString();
    await handle.signal(acknowledgedSignal, { as, until });
  };
  const close = async () => {
    await handle.signal(closedSignal, healed);
    return await handle.result();
  };
  return { about, handle, id, zero, pages, ack, close };
}

describe('the clock', () => {
  it('pages three tiers over all channels, and tells everyone when it is closed', async () => {
    await site.withController(async () => {
      const run = await begin();
      await pass(70);
      const view = await run.close();
      await recordHistory(run.handle, 'escalation.closed');
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
      await run.close();
      expect(control.received.filter(({ workflowId }) => workflowId === run.id)).toEqual([]);
    });
  });

  it('catches up with what was due before it began, once each and in order', async () => {
    await site.withController(async () => {
      const run = await begin({ ago: 40 });
      await waitFor(() => run.pages().length === 2, { what: 'both tiers' });
      await pass(25);
      await run.close();
      expect(run.pages()).toEqual(['40 tier 1 collapsed', '40 tier 2 collapsed', '60 tier 3']);
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
      expect(control.tiers(run.id)[0]!.page).toMatchObject({ reason: 'Tier 1 could not be delivered' });
      expect(view.pages.filter((page) => page.tier === 1)).toMatchObject([
        { delivered: false, detail: expect.stringContaining('invalid key') as string },
        { delivered: false },
      ]);
      // Whoever refused every page hears no close either.
      expect(control.of(run.id, 'closed')).toHaveLength(2);
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

describe('an incident that is gone', () => {
  it('is noticed: its people are paged at once, told why, and the tiers go on', async () => {
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
    });
  });

  it('is told to those who were paged already, and over once somebody has it', async () => {
    await site.withController(async () => {
      const run = await begin();
      await pass(17);
      control.ended.set(run.id, 'FAILED');
      await pass(5);
      expect(control.of(run.id, 'note', 'slack')).toHaveLength(1);
      await run.ack('anna', 30);
      expect((await run.handle.result()).closed).toBe('gone');
      expect(run.pages()).toEqual(['15 tier 1']);
    });
  });
});

describe('a question', () => {
  it('goes to the Slack channel on duty without being a tier, once', async () => {
    await site.withController(async () => {
      const run = await begin();
      const approval: Approval = {
        hash: 'ab12cd34',
        subject: {
          risk: 'fullRecovery',
          host: 'h1',
          cite: 'H',
          title: 'Full recovery',
          arguments: {},
          precondition: 'down',
        },
        state: 'asked',
        askedAt: new Date(run.zero).toISOString(),
        expiresAt: new Date(run.zero + 30 * MINUTE).toISOString(),
        roles: ['operator'],
        people: ['anna'],
        answeredBy: null,
        answeredAt: null,
        note: '',
      };
      await run.handle.signal(askedSignal, approval);
      await run.handle.signal(askedSignal, approval);
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
});
