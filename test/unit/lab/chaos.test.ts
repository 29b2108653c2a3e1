import { OpenIncidents } from '../../../lab/chaos/open-incidents';
import { plan, strikes } from '../../../lab/chaos/plan';
import type { ChaosRecord, PagedIncident, SlackPage } from '../../../lab/chaos/record';
import { judge } from '../../../lab/chaos/verdict';

const ID = 'incident/Chaos1/h1';
const EVERY = [1, 2, 3];
const tier = (nth: number, at: number, run = 'r1'): SlackPage => ({ key: `${run}/1/tier-${nth}/tradingAi/slack`, at });
const incident = (more: Partial<PagedIncident> = {}): PagedIncident => ({
  workflowId: ID,
  runs: ['r1', 'r2'],
  startsAt: 0,
  due: EVERY,
  acknowledged: null,
  ...more,
});

const WELL: ChaosRecord = {
  incidents: [incident()],
  pages: [tier(1, 100), tier(2, 8_100)],
  rings: [{ service: 'engineering-manager', dedupKey: `halcyon/${ID}/r1/1` }],
  hosts: [
    { name: 'h1', changes: [], deaths: new Map(), settings: [{ name: 'openai.max_qps', values: [8, 4, 8, 3, 8] }] },
  ],
  leases: [
    { workflowId: 'lease/h1/openai.max_qps', state: 'undone' },
    { workflowId: 'lease/h2/openai.max_qps', state: 'refused' },
  ],
  open: [{ workflowId: 'guard/h1', type: 'guard', attempt: 1 }],
};

/** How many of each were found, those of which there are none left out. */
function found(more: Partial<ChaosRecord>): Record<string, number> {
  const counts = Object.entries(judge({ ...WELL, ...more })).map(([name, list]) => [name, list.length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

const settings = (...values: number[]) => ({
  hosts: [{ ...WELL.hosts[0]!, settings: [{ name: 'openai.max_qps', values }] }],
});

describe('the verdict', () => {
  it('finds nothing where all is as it should be', () => {
    expect(found({})).toEqual({});
  });

  it('counts a due tier that did not come, in Slack and by PagerDuty', () => {
    expect(found({ pages: [tier(1, 100)] })).toEqual({ pagesMissed: 1 });
    expect(found({ rings: [] })).toEqual({ pagesMissed: 1 });
    expect(found({ rings: [{ service: 'platform-secondary', dedupKey: `halcyon/${ID}/r1/1` }] })).toEqual({
      pagesMissed: 1,
    });
    expect(found({ pages: [], incidents: [incident({ due: [3] })] })).toEqual({});
  });

  it('counts a tier that came again, by its key or by that of another run of its incident', () => {
    expect(found({ pages: [...WELL.pages, tier(2, 9_000)] })).toEqual({ pagesDoubled: 1 });
    expect(found({ pages: [...WELL.pages, tier(2, 9_000, 'r2')] })).toEqual({ pagesDoubled: 1 });
    expect(found({ pages: [...WELL.pages, tier(2, 9_000, 'another')] })).toEqual({});
  });

  it('counts a tier that came while somebody had it, unless its time was before that', () => {
    const acknowledged = { takenAt: 5_000, until: 20_000 };
    expect(found({ incidents: [incident({ acknowledged })] })).toEqual({ pagesDoubled: 1 });
    expect(found({ incidents: [incident({ acknowledged: { takenAt: 8_050, until: 20_000 } })] })).toEqual({});
    expect(found({ incidents: [incident({ acknowledged: { takenAt: 5_000, until: 8_100 } })] })).toEqual({});
  });

  it('counts a lease that is not undone, and a setting that is not as it was', () => {
    expect(found({ leases: [{ workflowId: 'lease/h1/a', state: 'overtaken' }] })).toEqual({ leasesLeft: 1 });
    expect(found({ leases: [{ workflowId: 'lease/h1/a', state: 'active' }] })).toEqual({ leasesLeft: 1 });
    expect(found(settings(8, 4))).toEqual({ leasesLeft: 1 });
  });

  it('counts a lease that was changed and undone more than once', () => {
    expect(found(settings(8, 4, 8, 4, 8))).toEqual({ leasesLeft: 1 });
  });

  it('counts two holders at once on one host, and not on two', () => {
    const begin = { time: '2026-11-23T03:00:00.000Z', activity: 'ensureRestarted', kind: 'change', phase: 'begin' };
    const line = (holder: string) => ({ ...begin, holder, token: 1, attempt: 1, pid: 1 }) as never;
    const host = (name: string, holders: string[]) => ({ ...WELL.hosts[0]!, name, changes: holders.map(line) });
    expect(found({ hosts: [host('h1', ['a', 'b'])] })).toEqual({ overlaps: 1 });
    expect(found({ hosts: [host('h1', ['a']), host('h2', ['b'])] })).toEqual({});
  });

  it('counts what is still open, and any workflow whose task fails again and again', () => {
    const open = (type: string, attempt: number) => ({ open: [{ workflowId: 'one', type, attempt }] });
    expect(found(open('escalation', 0))).toEqual({ stuck: 1 });
    expect(found(open('guard', 4))).toEqual({ stuck: 1 });
    expect(found(open('postIncident', 0))).toEqual({});
    expect(found(open('postIncident', 4))).toEqual({ stuck: 1 });
    expect(found(open('guard', 3))).toEqual({});
  });
});

describe('the plan', () => {
  const kinds = (count: number) => {
    const all = plan(7, count);
    return ['helpless', 'outage', 'lease'].map((kind) => all.filter((play) => play.kind === kind).length);
  };

  it('is the same for the same seed, and another one for another', () => {
    expect(plan(7, 60)).toEqual(plan(7, 60));
    expect(plan(7, 60)).not.toEqual(plan(8, 60));
  });

  it('has as many as were asked for, in names of their own, of all kinds', () => {
    expect(kinds(200)).toEqual([140, 40, 20]);
    expect(kinds(1)).toEqual([1, 0, 0]);
    expect(new Set(plan(7, 200).map(({ name }) => name)).size).toBe(200);
  });

  it('has no two leases of one setting that ask for the same value, nor of one wave', () => {
    const leases = plan(7, 1_000).flatMap((play) => (play.kind === 'lease' ? [play] : []));
    const values = leases.map(({ host, setting, value }) => `${host} ${setting} ${value}`);
    expect(new Set(values).size).toBe(leases.length);
    const ofWave = leases.map(({ host, setting, wave }) => `${host} ${setting} ${wave}`);
    expect(new Set(ofWave).size).toBe(leases.length);
  });

  it('strikes at every part sooner or later', () => {
    const next = strikes(7);
    const struck = new Set(Array.from({ length: 200 }, () => next().victim));
    expect(struck.size).toBe(7);
  });
});

describe('open incidents', () => {
  const two = () => {
    const incidents = new OpenIncidents();
    ['incident/a/h1', 'incident/b/h1'].forEach((workflowId) => incidents.add(incident({ workflowId })));
    return incidents;
  };

  it('are struck one at a time, whichever is drawn', async () => {
    const struck: string[] = [];
    const blow = async ({ workflowId }: PagedIncident) => void struck.push(workflowId);
    expect(await two().strike(0, blow)).toBe(true);
    expect(await two().strike(0.99, blow)).toBe(true);
    expect(struck).toEqual(['incident/a/h1', 'incident/b/h1']);
  });

  it('are not struck for ever', async () => {
    const incidents = two();
    let blows = 0;
    while (await incidents.strike(0.99, async () => undefined)) blows++;
    expect(blows).toBe(6);
  });

  it('are left alone once somebody closes them, who waits for the strike that is under way', async () => {
    const incidents = two();
    const done: string[] = [];
    let end = () => undefined as void;
    const striking = incidents.strike(0, async () => {
      await new Promise<void>((resolve) => (end = resolve));
      done.push('struck');
    });
    const leaving = Promise.all(incidents.all.map((one) => incidents.leave(one))).then(() => done.push('left'));
    expect(await incidents.strike(0, async () => undefined)).toBe(false);
    end();
    await Promise.all([striking, leaving]);
    expect(done).toEqual(['struck', 'left']);
    expect(incidents.all).toHaveLength(2);
  });
});
