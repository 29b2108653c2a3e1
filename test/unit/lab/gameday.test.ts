import { faultNames, readRounds } from '../../../lab/gameday/catalogue';
import type { Fault } from '../../../lab/gameday/fault';
import { plan } from '../../../lab/gameday/plan';
import { markdownOf, rowText } from '../../../lab/gameday/report';
import { asLastKnown, collateral, differences, isOfLaterDay } from '../../../lab/gameday/snapshot';
import { judge } from '../../../lab/gameday/verdict';
import type { Played } from '../../../lab/gameday/verdict';
import { readRules } from '../../../lab/monitoring/monitoring-config';
import { sampleOf } from '../../../lab/support/random';
import type { IncidentView } from '../../../src/shared/incident';
import { newView } from '../../../src/workflows/incident/record/new-incident';
import { incidentInput } from '../../support/incidents';

const RUN = { cite: 'A.1', title: 'KingFisher does not run as it should', evidence: 'unit is failed' };
const AT = Date.parse('2026-11-30T03:00:00Z');
const FAULT: Fault = {
  what: 'KingFisher is killed',
  alert: 'KingfisherServiceDown',
  inject: () => Promise.resolve(),
  expects: { ending: 'healed', cause: `${RUN.cite} ${RUN.title}`, changes: ['Restart KingFisher'] },
  touches: ['unit kingfisher.service'],
};

function view(more: Partial<IncidentView> = {}, changes = ['Restart KingFisher']): IncidentView {
  const timeline = changes.map((title, id) => ({
    id,
    at: '2026-11-30T03:00:04Z',
    cite: 'A.1',
    title,
    kind: 'change' as const,
    status: 'done' as const,
    detail: '',
  }));
  const measures = { firstActionAt: '2026-11-30T03:00:03Z', healthyAt: '2026-11-30T03:00:05Z' };
  const first = newView(incidentInput('h1'), '2026-11-30T03:00:02Z');
  return { ...first, cause: RUN, timeline, measures: { ...first.measures, ...measures }, ...more };
}

/** One whose change lasted from one second to another. */
function lasting(from: string, to: string): IncidentView {
  const seen = view();
  const span = { at: `2026-11-30T03:00:${from}Z`, endedAt: `2026-11-30T03:00:${to}Z` };
  return { ...seen, timeline: seen.timeline.map((entry) => ({ ...entry, ...span })) };
}

function played(more: Partial<Played> = {}): Played {
  const seen = view();
  return {
    name: 'service-killed',
    injectedAt: AT,
    view: seen,
    closed: { ...seen, state: 'closed', outcome: 'healed' },
    differences: [],
    unlike: [],
    beside: [],
    floorMs: 900,
    killed: null,
    leasesLeft: [],
    isQuiet: true,
    ...more,
  };
}

const problems = (more: Partial<Played>, fault = FAULT, observe = false) =>
  judge(fault, played(more), observe).problems;

describe('the verdict on a fault', () => {
  it('is well where the right cause was healed, and measures it', () => {
    const row = judge(FAULT, played(), false);
    expect(row).toMatchObject({ ok: true, outcome: 'healed', firstActionMs: 3_000, mttrMs: 5_000, floorMs: 900 });
    expect(rowText(row)).toContain('ok    service-killed: healed, A.1 KingFisher does not run as it should');
    expect(markdownOf([row], { seed: 7, observe: false })).toContain('| 3.0 s | 5.0 s | 0.9 s |');
  });

  it.each<[string, Partial<Played>, string]>([
    ['no incident', { view: null, closed: null }, 'ended as none, not healed'],
    ['one that stays open', { closed: null, view: view({}, []) }, 'ended as open, not healed'],
    ['people who were called', { view: view({ tier: 1 }) }, 'ended as escalated, not healed'],
    ['another cause', { view: view({ cause: { ...RUN, cite: 'A.2', title: 'x' } }) }, 'found A.2 x'],
    ['no cause', { view: view({ cause: null }) }, 'found no cause'],
    ['a remedy that was not applied', { closed: view({}, ['Another']) }, 'did not: Restart KingFisher'],
    ['another change', { closed: view({}, ['Restart KingFisher', 'Restart Redis']) }, 'changed: Restart Redis'],
    [
      'something else that differs',
      { differences: [{ thing: 'file /etc/hosts', before: '644', after: null }] },
      'collateral: file /etc/hosts: 644 -> gone',
    ],
    [
      'a change while an incident beside it changed something',
      { closed: lasting('04', '06'), beside: [lasting('05', '07')] },
      'changed at once: Restart KingFisher, and Restart KingFisher',
    ],
    ['a change that is not on record', { unlike: ['unrecorded: firewall rules'] }, 'unrecorded: firewall rules'],
    ['a lease', { leasesLeft: ['lease/h1/openai.max_qps'] }, 'lease left: lease/h1/openai.max_qps'],
  ])('names %s', (_, more, problem) => expect(problems(more)).toContain(problem));

  it('lets incidents change one after another', () => {
    expect(problems({ closed: lasting('04', '06'), beside: [lasting('06', '07')] })).toEqual([]);
  });

  it('lets a fault allow what need not happen', () => {
    const may = { ...FAULT, expects: { ...FAULT.expects, mayChange: ['Restart Redis'] } };
    expect(problems({ closed: view({}, ['Restart KingFisher', 'Restart Redis']) }, may)).toEqual([]);
  });

  it('asks of an observer that it names the cause, calls people and changes nothing', () => {
    const called = view({ tier: 1 }, []);
    expect(problems({ view: called, closed: called }, FAULT, true)).toEqual([]);
    expect(problems({ view: view({ tier: 1 }) }, FAULT, true)).toContain('changed: Restart KingFisher');
  });

  it('knows that an observer, who tries nothing, may find another cause', () => {
    const called = view({ tier: 1 }, []);
    const loop = {
      ...FAULT,
      expects: { ...FAULT.expects, cause: 'CrashLoop', observed: { cause: FAULT.expects.cause! } },
    };
    expect(problems({ view: called, closed: called }, loop, true)).toEqual([]);
    expect(problems({}, loop)).toContain(`found ${FAULT.expects.cause}`);
  });

  it('knows a fault of monitoring and what was over by itself', () => {
    const told = { name: 'AlertContradicted', cite: 'A', detail: '', at: '' };
    expect(judge(FAULT, played({ view: view({ findings: [told] }) }), false).outcome).toBe('monitoring');
    expect(judge(FAULT, played({ closed: view({}, []) }), false).outcome).toBe('byItself');
  });
});

it('a snapshot tells what is new, gone or another, and what of it is no part of the fault', () => {
  const before = new Map([
    ['a', '1'],
    ['b', '1'],
    ['c', '1'],
  ]);
  const found = differences(
    before,
    new Map([
      ['a', '1'],
      ['c', '2'],
      ['d', '1'],
    ]),
  );
  expect(found.map(({ thing }) => thing)).toEqual(['b', 'c', 'd']);
  expect(collateral(found, ['c', 'd']).map(({ thing }) => thing)).toEqual(['b']);
});

it('a tenth of the faults is played with a kill, the same by the same seed', () => {
  const rounds = (fault: Fault) =>
    Array.from({ length: 40 }, (_, n) => ({ name: `f${n}`, faults: [{ name: `f${n}`, fault }] }));
  const kills = (seed: number) => plan(rounds(FAULT), seed).filter(({ kill }) => kill !== null);
  expect(kills(3)).toHaveLength(4);
  expect(kills(3)).toEqual(kills(3));
  expect(kills(3)).not.toEqual(kills(4));
  const spared: Fault = { ...FAULT, spares: ['agent', 'controller'] };
  expect(plan(rounds(spared), 3).filter(({ kill }) => kill !== null)).toEqual([]);
});

it('a sample is a part, in its order, and the same by the same seed', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const chosen = sampleOf(names, 3, 1);
  expect(chosen).toHaveLength(3);
  expect(names.filter((name) => chosen.includes(name))).toEqual(chosen);
  expect(sampleOf(names, 3, 1)).toEqual(chosen);
});

describe('the catalogue', () => {
  const shipped = readRules().groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

  it('has only alerts that are shipped, and says what each fault is', async () => {
    const rounds = await readRounds([]);
    expect(rounds.map(({ name }) => name)).toEqual(faultNames());
    for (const { name, fault } of rounds.flatMap(({ faults }) => faults)) {
      const { what, alert, touches } = fault;
      expect({ name, alert: shipped.includes(alert) }).toEqual({ name, alert: true });
      expect(what).toMatch(/^[A-Z].*[^.]$/);
      expect(
        touches.every((thing) =>
          /^(unit|file|folder|quarantine|token|firewall|redis|queue|exchange|table|setting)\b/.test(thing),
        ),
      ).toBe(true);
    }
  });

  it('refuses a name that is none, and tells which there are', async () => {
    const unknown = /no such fault: redis-stoped; there are .*redis-stopped/;
    await expect(readRounds(['redis-stoped'])).rejects.toThrow(unknown);
    await expect(readRounds(['attack+redis-stoped'])).rejects.toThrow(unknown);
  });

  it('plays two at once where their names are joined', async () => {
    const [both, ...others] = await readRounds(['redis-stopped+attack']);
    expect(both!.faults.map(({ name }) => name)).toEqual(['redis-stopped', 'attack']);
    expect(others).toEqual([]);
  });
});

it("folders of images of the days after its beginning are a host's own", () => {
  const since = new Date('2026-11-30T23:40:00Z');
  const isLater = (place: string) => isOfLaterDay(`folder /opt/kingfisher/data/${place}`, since);
  expect(['images/2026/12', 'images/2026/12/01', 'images/2027'].filter(isLater)).toHaveLength(3);
  expect(['images', 'images/2026', 'images/2026/11', 'images/2026/11/30', 'images/temp'].filter(isLater)).toEqual([]);
});

it('what does not answer has lost nothing: it is as it was, until it answers again', () => {
  const well = new Map([
    ['table a', '3'],
    ['queue b', 'true'],
  ]);
  const down = new Map([
    ['unread table', ''],
    ['queue b', 'true'],
  ]);
  const [, stopped, back] = asLastKnown([well, down, new Map([['queue b', 'true']])]);
  expect(differences(well, stopped!)).toEqual([]);
  expect(differences(stopped!, back!)).toEqual([{ thing: 'table a', before: '3', after: null }]);
});
