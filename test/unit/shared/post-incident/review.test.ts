import { faultNames, readRounds } from '../../../../lab/gameday/catalogue';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { countedOf } from '../../../../src/shared/figures/counted';
import { recurrenceOf } from '../../../../src/shared/figures/recurrence';
import type { IncidentView } from '../../../../src/shared/incident';
import type { IncidentPage } from '../../../../src/shared/paging/escalation';
import type { ReviewedItem } from '../../../../src/shared/post-incident/checklist';
import { DRILL_NAMES, drillOf } from '../../../../src/shared/post-incident/drills';
import { itemsOf } from '../../../../src/shared/post-incident/review';
import { endOf, isShort } from '../../../../src/shared/post-incident/reviewed';
import { RUNBOOK_PAGES, pageAt } from '../../../../src/shared/post-incident/runbook-pages';
import { recordedView } from '../../../support/recorded-views';
import { INCIDENT, RULES } from '../../../support/sites/checklist-site';

interface Circumstances {
  status?: string;
  count?: number;
  from?: 'record' | 'temporal';
  limits?: Record<string, number>;
}

/** The items by their lines of the document. */
function review(
  view: IncidentView,
  { status = 'COMPLETED', count = 1, from = 'record', limits = {} }: Circumstances = {},
) {
  const over = { view, status, endedAt: view.measures.closedAt };
  const run = { ...INCIDENT, status, summary: '', startedAt: view.startsAt, endedAt: over.endedAt, view };
  const own = countedOf(run);
  const earlier = Array.from({ length: count - 1 }, (_one, n) => ({
    ...own,
    runId: `earlier-${n}`,
    startsAt: new Date(Date.parse(view.startsAt) - (n + 1) * 3_600_000).toISOString(),
  }));
  const came = recurrenceOf(own, earlier, 30);
  const recurrence = { count: came.time, withinMs: RULES.recurrence.withinMs, bound: RULES.recurrence.bound, from };
  const isBrief = isShort(over, RULES);
  const items = itemsOf({ incident: INCIDENT, ...over, isShort: isBrief, rules: RULES, came, recurrence, limits });
  expect(items.map(({ cite }) => cite)).toEqual(['I.1', 'I.2', 'I.3', 'I.4', 'I.5', 'I.6', 'I.7', 'I.8']);
  return { isBrief, of: Object.fromEntries(items.map((item) => [item.cite, item])) as Record<string, ReviewedItem> };
}

function open(of: Record<string, ReviewedItem>): string[] {
  return Object.values(of).flatMap(({ cite, state }) => (state === 'open' ? [cite] : []));
}

/** The incident of a recorded history, over after so long. */
function after(name: string, ms: number, more: Partial<IncidentView> = {}): IncidentView {
  const view = recordedView(name);
  const end = new Date(Date.parse(view.startsAt) + ms).toISOString();
  return { ...view, measures: { ...view.measures, healthyAt: end, closedAt: end }, ...more };
}

const page = (tier: number, at: string, more: Partial<IncidentPage> = {}): IncidentPage => ({
  ...{ at, tier, team: 'trading', teamName: 'Trading AI', channel: 'slack', delivered: true, detail: '' },
  ...{ collapsed: false, firing: 1, ...more },
});

describe('an incident that was healed within minutes', () => {
  const { of, isBrief } = review(after('serviceDown/healed', 42_000));

  it('has the short form, in which nothing is left', () => {
    expect(isBrief).toBe(true);
    expect(open(of)).toEqual([]);
  });

  it('says what is known', () => {
    expect(of['I.1']!.detail).toBe(
      'KingFisher was killed (signal); A.1 KingFisher does not run as it should: unit is failed (signal)',
    );
    expect(of['I.2']!.detail).toContain('nothing says that one has to change');
    expect(of['I.3']!.detail).toMatch(/^its page needs no change: \d+ steps, none of them in vain$/);
    expect(of['I.4']!.detail).toBe('none: it was over after 42 s');
    expect(of['I.5']!.detail).toBe('first time for this cause in 30 days');
    expect(of['I.6']!.detail).toBe('the catalogue of game days has this: npm run gameday -- service-killed');
    expect(of['I.7']!.detail).toBe(
      `its page: docs/runbooks/service-down.md#a1-restart; its report: halcyon report ${INCIDENT.workflowId} --run ${INCIDENT.runId}`,
    );
    expect(of['I.8']!.detail).toBe('nobody was paged');
  });

  it('is a task for people from the fifth time on, however well it was healed', () => {
    const fourth = review(after('serviceDown/healed', 42_000), { count: 4 }).of['I.5']!;
    expect(fourth).toMatchObject({ state: 'known', detail: '4th time for this cause in 30 days' });
    const fifth = review(after('serviceDown/healed', 42_000), { count: 5, from: 'temporal' });
    expect(open(fifth.of)).toEqual(['I.5']);
    expect(fifth.of['I.5']!.detail).toBe(
      '5th time for this cause in 30 days, as far as Temporal remembers: end the cause, and not the next incident',
    );
  });
});

describe('the form', () => {
  it.each<[string, IncidentView, string, boolean]>([
    ['healed after an hour', after('serviceDown/healed', 3_600_000), 'COMPLETED', false],
    ['mended by people', after('serviceDown/people', 60_000), 'COMPLETED', false],
    ['terminated', after('serviceDown/healed', 42_000), 'TERMINATED', false],
    ['over by itself', after('serviceDown/contradicted', 42_000), 'COMPLETED', true],
  ])('of what was %s', (_what, view, status, short) => {
    expect(review(view, { status }).isBrief).toBe(short);
  });

  it('is whole for severities that are excepted', () => {
    const view = after('serviceDown/healed', 42_000);
    const rules = { ...RULES, short: { ...RULES.short, except: ['critical'] } };
    expect(isShort({ view, status: 'COMPLETED', endedAt: null }, rules)).toBe(false);
  });
});

describe('an incident that people mended', () => {
  const { of } = review(after('serviceDown/people', 3_600_000));

  it('asks for what is left', () => {
    expect(open(of)).toEqual(expect.arrayContaining(['I.3', 'I.4', 'I.5', 'I.6']));
    expect(of['I.3']!.detail).toContain('people mended it: write down what they did');
    expect(of['I.4']!.detail).toContain(
      'halcyon checklist post-incident/KingfisherServiceDown/h1/0190a5c1-0000 meeting',
    );
    expect(of['I.6']!.detail).toContain(
      'not mended by Halcyon, and the catalogue has it: npm run gameday -- service-killed',
    );
  });

  it('has no meeting where its severity has none', () => {
    const warning = review(after('serviceDown/people', 3_600_000, { severity: 'warning' })).of['I.4']!;
    expect(warning).toMatchObject({
      state: 'known',
      detail: 'none: people meet about critical, and this is "warning"',
    });
  });
});

it('one of which no cause was found asks for it', () => {
  const { of } = review(after('pipelineFailures/unknown', 3_600_000));
  expect(open(of)).toEqual(expect.arrayContaining(['I.1', 'I.3', 'I.7']));
  expect(of['I.1']!.detail).toBe('no cause was found; what was found: LogAbsent, FailuresUnknown');
  expect(of['I.3']!.detail).toContain('the page knows no such cause');
  expect(of['I.7']!.detail).toContain('nothing is written about such a cause');
});

it('one that was not seen well asks whether its cause is all of it', () => {
  const { of } = review(after('serviceDown/unresolved', 3_600_000));
  expect(of['I.1']).toMatchObject({ state: 'open' });
  expect(of['I.1']!.detail).toContain('it was not seen well afterwards: is that all of it?');
});

it('one whose run was terminated says so, and how it stood', () => {
  const view = { ...after('serviceDown/people', 3_600_000), outcome: null };
  expect(endOf({ view, status: 'TERMINATED' })).toContain(
    "NOTHING AUTOMATIC works on this (Halcyon's run was terminated)",
  );
  expect(review(view, { status: 'TERMINATED' }).of['I.1']!.state).toBe('open');
});

it('an alert that fired for a host that was well asks for its threshold', () => {
  const { of } = review(after('serviceDown/monitoring-fault', 60_000));
  expect(of['I.2']).toMatchObject({ state: 'open' });
  expect(of['I.2']!.detail).toMatch(/^the alert fired for a host that was well: /);
});

it('thresholds are what the alert, the page and the host say', () => {
  const generatorUrl = 'http://prometheus:9090/graph?g0.expr=kingfisher_outbox_pending+%3E+100&g0.tab=1';
  const view = after('outboxStuck/publisher', 60_000, { generatorUrl });
  const { detail } = review(view, { limits: { pendingAbove: 100, stuckForMs: 30_000 } }).of['I.2']!;
  expect(detail).toContain(`${view.alertname} fires at kingfisher_outbox_pending > 100`);
  expect(detail).toContain('seen: publisher stuck: over 100 events wait, no fewer in 30 s');
  expect(detail).toContain('configured: pendingAbove 100, stuckFor 30 s');
  expect(review({ ...view, generatorUrl: 'http://p/graph?g0.expr=%E0%A4%A' }).of['I.2']!.detail).not.toContain(
    'fires at',
  );
});

it('an alert that no runbook answers asks for one the first time, and when it comes too often', () => {
  const view = after('unknownAlert/recorded', 60_000, { outcome: 'selfHealed' });
  expect(review(view).of['I.3']).toMatchObject({ state: 'open' });
  expect(review(view).of['I.3']!.detail).toContain(`no runbook answers ${view.alertname}: name one under routes:`);
  expect(open(review(view, { count: 2 }).of)).toEqual([]);
  expect(open(review(view, { count: 9 }).of)).toEqual(['I.2', 'I.3', 'I.5']);
});

it('a change that failed is told in the short form, too', () => {
  const { of } = review(after('emergencyRecovery/permissions-approved', 60_000));
  expect(of['I.3']).toMatchObject({ state: 'open' });
  expect(of['I.3']!.detail).toContain('failed: H.3 Mend permissions');
});

it('what people refused is a question for the page', () => {
  const { of } = review(after('securityViolations/rejected', 3_600_000));
  expect(of['I.3']!.detail).toMatch(/said no to "/);
});

describe('the escalation', () => {
  const zero = recordedView('serviceDown/people').startsAt;
  const at = (minutes: number) => new Date(Date.parse(zero) + minutes * 60_000).toISOString();
  const said = (more: Partial<IncidentView>) => review(after('serviceDown/people', 3_600_000, more)).of['I.8']!;

  it('is told with its times', () => {
    const acknowledgements = [{ as: 'anna', at: at(14), until: at(44) }];
    const pages = [page(1, at(10)), page(1, at(10), { channel: 'pagerduty' })];
    const { state, detail } = said({ tier: 1, pages, acknowledgements });
    expect(state).toBe('known');
    expect(detail).toContain('10 m after the alert began: tier 1, Trading AI by Slack and PagerDuty');
    expect(detail).toMatch(/acknowledged by anna at \d\d:\d\d UTC, 4 m after the first page$/);
  });

  it('is a question where a page reached nobody, or nobody answered in time', () => {
    const lost = said({
      tier: 1,
      pages: [page(1, at(10), { delivered: false, detail: 'invalid key' })],
      acknowledgements: [],
    });
    expect(lost).toMatchObject({ state: 'open' });
    expect(lost.detail).toContain('NOT DELIVERED: Slack of Trading AI (invalid key)');
    const late = { tier: 2, pages: [page(1, at(10)), page(2, at(30))] };
    expect(said({ ...late, acknowledgements: [] }).detail).toContain('2 tiers were called, and nobody answered');
    expect(said({ ...late, acknowledgements: [{ as: 'boris', at: at(31), until: at(61) }] })).toMatchObject({
      state: 'open',
    });
    expect(said({ ...late, acknowledgements: [{ as: 'boris', at: at(20), until: at(50) }] })).toMatchObject({
      state: 'known',
    });
  });
});

describe('the catalogue of game days', () => {
  it('has each fault that an item names', () => {
    const names = faultNames();
    expect(DRILL_NAMES.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('plays for each of its causes a fault of that cause', async () => {
    const faults = (await readRounds([])).flatMap((round) => round.faults);
    const ofCause = new Map(faults.map(({ name, fault }) => [name, fault.expects.cause]));
    const wrong = faults.flatMap(({ name, fault: { expects } }) => {
      const [, cite, title] = /^([A-Z][.\d]*) (.+)$/.exec(expects.cause ?? '') ?? [];
      if (cite === undefined || title === undefined) return [];
      const drill = drillOf({ cause: { cite, title, evidence: '' }, findings: [] });
      return drill !== undefined && ofCause.get(drill) === expects.cause ? [] : [`${name}: ${drill}`];
    });
    expect(wrong).toEqual([]);
  });
});

it('the pages of runbooks have the headings that items link to', () => {
  for (const entry of Object.values(RUNBOOK_PAGES)) {
    if (entry === null) continue;
    const file = path.resolve(__dirname, '../../../..', entry.file);
    expect(existsSync(file)).toBe(true);
    const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
    expect(anchors).toEqual(expect.arrayContaining(Object.values(entry.anchors)));
  }
  expect(pageAt('serviceDown', 'A.diagnosis')).toBe('docs/runbooks/service-down.md');
});
