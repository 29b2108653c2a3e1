import { newestEpisodes } from '../../../../src/workflows/incident/episodes';
import { Incident } from '../../../../src/workflows/incident/incident';
import { hadPeople } from '../../../../src/workflows/incident/outcome';
import type { Alert } from '../../../../src/shared/alert';
import type { IncidentInput } from '../../../../src/shared/incident';
import { alert, incidentInput } from '../../../support/incidents';

const FIRST = '2026-11-23T10:00:00.000Z';
const SECOND = '2026-11-23T11:00:00.000Z';

let clock: number;
let changes: number;

beforeEach(() => {
  clock = Date.parse('2026-11-23T10:00:05Z');
  changes = 0;
});

function incidentWith(overrides: Partial<IncidentInput> = {}): Incident {
  const now = () => new Date((clock += 1)).toISOString();
  return new Incident(incidentInput('h1', overrides), now, () => (changes += 1));
}

function firing(overrides: Partial<Alert> = {}): Alert {
  return alert({ startsAt: FIRST, receivedAt: '2026-11-23T10:00:04.000Z', ...overrides });
}

function resolved(overrides: Partial<Alert> = {}): Alert {
  return firing({ status: 'resolved', ...overrides });
}

describe('alerts in any order', () => {
  it('is resolved when firing comes first', () => {
    const incident = incidentWith();
    incident.receive(firing());
    expect(incident.isResolved).toBe(false);
    incident.receive(resolved());
    expect(incident.isResolved).toBe(true);
    expect(incident.view.alerts).toHaveLength(1);
  });

  it('is resolved when resolved comes first, and a late firing of that episode does not open it again', () => {
    const incident = incidentWith();
    incident.receive(resolved());
    incident.receive(firing());
    expect(incident.isResolved).toBe(true);
    expect(incident.view.received).toBe(2);
  });

  it('counts what says nothing new, and changes nothing for it', () => {
    const incident = incidentWith();
    incident.receive(firing());
    const before = structuredClone(incident.view);
    const seen = changes;
    for (let i = 0; i < 1_000; i++) incident.receive(firing({ receivedAt: SECOND }));
    expect(incident.view).toEqual({ ...before, received: 1_001 });
    expect(changes).toBe(seen);
  });

  it('is open until the newest episode of each fingerprint is resolved', () => {
    const incident = incidentWith();
    const all = [firing(), firing({ startsAt: SECOND }), firing({ fingerprint: 'other' })];
    for (const one of all) incident.receive(one);
    for (const one of all) {
      expect(incident.isResolved).toBe(false);
      incident.receive({ ...one, status: 'resolved' });
    }
    expect(incident.isResolved).toBe(true);
    expect(incident.view.received).toBe(6);
  });

  it('is not held open by an episode whose end never came, once a newer one of its fingerprint is over', () => {
    const incident = incidentWith();
    incident.receive(firing());
    incident.receive(resolved({ startsAt: SECOND }));
    incident.receive(firing());
    expect(incident.isResolved).toBe(true);
    expect(incident.view.alerts).toMatchObject([{ startsAt: SECOND, status: 'resolved' }]);
  });

  it('takes the severity of the newest episode', () => {
    const incident = incidentWith();
    incident.receive(firing({ startsAt: SECOND, labels: { severity: 'warning' } }));
    incident.receive(firing({ startsAt: FIRST, labels: { severity: 'critical' } }));
    expect(incident.view.severity).toBe('warning');
  });

  it('is not resolved by no alert at all', () => {
    const incident = incidentWith();
    expect([incident.hasAlert, incident.isResolved]).toEqual([false, false]);
  });

  it('counts the firings that were news', () => {
    const incident = incidentWith();
    incident.receive(firing({ startsAt: FIRST }));
    incident.receive(firing({ startsAt: FIRST }));
    incident.receive(resolved({ startsAt: FIRST }));
    incident.receive(firing({ startsAt: SECOND }));
    expect(incident.firings).toBe(2);
  });
});

describe('the view', () => {
  it('starts its clock at the earliest episode, and its measures at the first alert received', () => {
    const incident = incidentWith();
    incident.receive(firing({ startsAt: SECOND, receivedAt: '2026-11-23T11:00:01.000Z' }));
    incident.receive(firing({ startsAt: FIRST, receivedAt: '2026-11-23T11:00:02.000Z' }));
    expect(incident.view).toMatchObject({
      startsAt: FIRST,
      receivedAt: '2026-11-23T11:00:01.000Z',
      measures: { receivedAt: '2026-11-23T11:00:01.000Z' },
    });
  });

  it('keeps the severity when a later alert has none', () => {
    const incident = incidentWith();
    incident.receive(firing());
    incident.receive(resolved({ labels: {} }));
    expect(incident.view.severity).toBe('critical');
  });

  it('says once per new maximum how many alerts were left out', () => {
    const incident = incidentWith();
    incident.receive(firing({ truncated: 3 }));
    incident.receive(firing({ truncated: 2, startsAt: SECOND }));
    expect(incident.view.truncatedAlerts).toBe(3);
    expect(incident.view.timeline.filter((entry) => entry.title.includes('left 3 alerts'))).toHaveLength(1);
  });

  it('closes with outcome, state and time', () => {
    const incident = incidentWith();
    const before = clock;
    incident.close('healed');
    expect(incident.view).toMatchObject({ outcome: 'healed', state: 'closed' });
    expect(incident.view.measures.closedAt).toBe(new Date(before + 1).toISOString());
  });

  it('is plain JSON', () => {
    const incident = incidentWith();
    incident.receive(firing());
    incident.begin('A.1', 'Restart')('done', 'was down');
    incident.addFinding('DiskFull', 'A.2', '/ is full');
    expect(JSON.parse(JSON.stringify(incident.view))).toEqual(incident.view);
  });
});

describe('findings', () => {
  it('are also what intake noticed about an alert', () => {
    const incident = incidentWith();
    const findings = [{ name: 'StartClamped', detail: 'in the year 9998' }];
    incident.receive(firing({ findings }));
    incident.receive(firing({ findings }));
    expect(incident.view.findings).toMatchObject(findings);
  });

  it('are kept once per name and detail', () => {
    const incident = incidentWith();
    incident.addFinding('DiskFull', 'A.2', '/ is full');
    incident.addFinding('DiskFull', 'A.3', '/ is full');
    incident.addFinding('DiskFull', 'A.2', '/var is full');
    expect(incident.view.findings.map((finding) => finding.detail)).toEqual(['/ is full', '/var is full']);
    expect([incident.hasFinding('DiskFull'), incident.hasFinding('OutOfMemory')]).toEqual([true, false]);
  });

  it('know a long detail again after it was cut', () => {
    const incident = incidentWith();
    const detail = 'x'.repeat(10_000);
    incident.addFinding('DiskFull', 'A.2', detail);
    incident.addFinding('DiskFull', 'A.2', detail);
    expect(incident.view.findings).toHaveLength(1);
    expect(incident.view.findings[0]?.detail).toBe(`${'x'.repeat(1_500)} … (8500 characters more)`);
  });

  it('are fifty at most', () => {
    const incident = incidentWith();
    for (let i = 0; i < 60; i++) incident.addFinding('DiskFull', 'A.2', `${i}`);
    expect(incident.view.findings).toHaveLength(50);
    expect(incident.view.findings[0]?.detail).toBe('0');
  });
});

describe('the timeline', () => {
  it('shows a step while it runs and how it ended', () => {
    const incident = incidentWith();
    const end = incident.begin('A.1', 'Restart');
    expect(incident.view.timeline).toMatchObject([{ cite: 'A.1', title: 'Restart', status: 'running', detail: '' }]);
    expect(incident.view.timeline[0]).not.toHaveProperty('endedAt');
    end('done', 'active again');
    expect(incident.view.timeline).toMatchObject([{ status: 'done', detail: 'active again' }]);
    const [{ at, endedAt } = { at: '', endedAt: '' }] = incident.view.timeline;
    expect(endedAt! > at).toBe(true);
    expect(changes).toBe(2);
  });

  it('keeps the newest two hundred and counts the rest, and a step that was dropped may still end', () => {
    const incident = incidentWith();
    const end = incident.begin('A.1', 'first');
    for (let i = 0; i < 250; i++) incident.note('', `note ${i}`);
    expect(incident.view.timeline).toHaveLength(200);
    expect(incident.view.timelineDropped).toBe(51);
    expect(incident.view.timeline.at(-1)?.title).toBe('note 249');
    end('done', '');
    expect(incident.view.timeline).toHaveLength(200);
  });

  it('cuts long text', () => {
    const incident = incidentWith();
    incident.receive(firing({ annotations: { summary: 's'.repeat(5_000) } }));
    incident.begin('', 'step')('failed', 'd'.repeat(5_000));
    for (const { title, detail } of incident.view.timeline) expect(title.length + detail.length).toBeLessThan(1_600);
  });
});

const closedBy = ({ input, view }: Incident) =>
  newestEpisodes(input.closedEpisodes, view.alerts, new Date(clock).toISOString());

describe('closed episodes', () => {
  const OLD = '2026-11-20T10:00:00.000Z';

  it('are the newest of each fingerprint, of this incident and those before', () => {
    const closed = (startsAt: string) => ({ startsAt, endedAt: OLD });
    const before = { a: closed(OLD), b: closed(OLD), c: closed(SECOND) };
    const incident = incidentWith({ closedEpisodes: before });
    for (const startsAt of [SECOND, FIRST]) incident.receive(firing({ fingerprint: 'a', startsAt }));
    incident.receive(firing({ fingerprint: 'c', startsAt: FIRST }));
    incident.receive(firing({ fingerprint: 'd', startsAt: FIRST }));
    const episodes = closedBy(incident);
    const now = new Date(clock).toISOString();
    expect(episodes).toEqual({
      a: { startsAt: SECOND, endedAt: now },
      b: closed(OLD),
      c: { startsAt: SECOND, endedAt: now },
      d: { startsAt: FIRST, endedAt: now },
    });
    expect(incident.input.closedEpisodes).toEqual({ a: closed(OLD), b: closed(OLD), c: closed(SECOND) });
  });
});

describe('a storm', () => {
  it('leaves a timeline in which the steps can still be read, and says once that it is too much', () => {
    const incident = incidentWith();
    incident.begin('A.1', 'Restart')('done', 'was down');
    for (let i = 0; i < 10_000; i++) incident.receive(firing({ fingerprint: `f${i}` }));
    const titles = incident.view.timeline.map((entry) => entry.title);
    expect(titles).toHaveLength(23);
    expect(titles[0]).toBe('Restart');
    expect(titles.filter((title) => title.startsWith('Alerts of more than 500 kinds'))).toHaveLength(1);
    expect(titles).toContain('And 9980 more alerts: 9980 firing, 0 resolved');
    expect(incident.view).toMatchObject({ received: 10_000, timelineDropped: 0 });
    expect(incident.view.alerts).toHaveLength(500);
    expect(Object.keys(closedBy(incident))).toHaveLength(500);
  });

  it('goes on counting where the counting entry has been left out of the timeline', () => {
    const incident = incidentWith();
    const receive = (name: string) => incident.receive(firing({ fingerprint: name }));
    for (let i = 0; i < 21; i++) receive(`f${i}`);
    for (let i = 0; i < 200; i++) incident.note('', `note ${i}`);
    receive('one more');
    expect(incident.view.timeline.at(-1)?.title).toBe('And 2 more alerts: 2 firing, 0 resolved');
  });
});

describe('what an incident remembers of its host', () => {
  it('knows since when it has been well, by the time that the agent measured', () => {
    const incident = incidentWith();
    incident.noteWell(5_000, 'selfHealed');
    expect(Date.parse(incident.view.measures.healthyAt!)).toBe(incident.story.wellSince);
    const { wellSince } = incident.story;
    incident.noteWell(60_000, 'healed');
    expect(incident.story).toMatchObject({ wellSince, mended: 'selfHealed' });
  });

  it('credits Halcyon only with a change since the host was last not well', () => {
    const incident = incidentWith();
    incident.noteNotWell();
    expect(incident.isRemedied).toBe(false);
    incident.story.changes += 1;
    expect(incident.isRemedied).toBe(true);
    incident.noteWell(0, 'healed');
    incident.noteNotWell();
    expect(incident.isRemedied).toBe(false);
    expect(incident.story).toMatchObject({ mended: null, wellSince: null, wasNotWell: true });
    expect(incident.view.measures.healthyAt).toBeNull();
  });

  it('knows whether people had a part in it', () => {
    const incident = incidentWith();
    expect(hadPeople(incident)).toBe(false);
    incident.notePaged(1);
    expect(hadPeople(incident)).toBe(true);
  });
});

describe('a finding', () => {
  it('that is no longer so is withdrawn, and holds again when it is seen again', () => {
    const incident = incidentWith();
    incident.addFinding('DiskFull', 'A', '/ is full');
    incident.withdraw(({ name }) => name === 'DiskFull');
    expect(incident.hasFinding('DiskFull')).toBe(false);
    expect(incident.view.findings[0]?.withdrawnAt).toBeDefined();
    incident.addFinding('DiskFull', 'A', '/ is full');
    expect(incident.view.findings).toHaveLength(1);
    expect(incident.hasFinding('DiskFull')).toBe(true);
  });
});

it('knows what the newest alert that fires says of itself, and keeps it when that resolves', () => {
  const incident = incidentWith();
  const generatorURL = 'http://prometheus/graph?g0.expr=rate(failures%5B5m%5D)';
  incident.receive(firing({ generatorURL, annotations: { summary: 'x', queue: 'images' } }));
  expect(incident.view).toMatchObject({ annotations: { queue: 'images' }, windowMs: 300_000 });
  incident.receive(firing({ startsAt: SECOND, labels: { pod: 'a' }, annotations: { window: '1m' } }));
  incident.receive(resolved({ startsAt: SECOND, labels: { pod: 'b' } }));
  expect(incident.view).toMatchObject({ labels: { pod: 'a' }, annotations: { window: '1m' }, windowMs: 60_000 });
});
