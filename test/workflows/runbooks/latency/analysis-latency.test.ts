import type { IncidentInput, IncidentView } from '../../../../src/shared/incident';
import type { ScriptedHost } from '../../../../src/simulate/script/scripted-host';
import {
  POLICY,
  alert,
  closedByHand,
  incidentInput,
  resolvedWhenWell,
  startIncident,
} from '../../../support/incidents';
import { SAFETY } from '../../../support/safety';
import { waitOf, watchOf } from '../../../support/scripted/agent-watch';
import { ScriptedSettings } from '../../../../src/simulate/script/scripted-settings';
import { WorkflowSite } from '../../../support/sites/workflow-site';
import { recordHistory } from '../../../support/temporal/record-history';
import { waitFor } from '../../../support/wait-for';
import { startLocal } from '../../../support/temporal/temporal';

/** On a real server: the time-skipping one stands still while guards, leases and incidents talk to each other. */
let site: WorkflowSite;
let settings: ScriptedSettings;
beforeAll(async () => {
  const agent = (host: ScriptedHost) => ({
    ...settings.activities(),
    watchReading: watchOf(host),
    waitUntil: waitOf(host),
  });
  site = await WorkflowSite.up({ startServer: startLocal, agent });
});
afterAll(async () => await site?.down());

const ALERT = 'KingfisherAnalysisLatencyHigh';
const WORKERS = 'orchestrator.max_workers';
const FALLBACK = 'orchestrator.fallback_mode';
const QUICK = { ...POLICY, stabilityWindowMs: 50, steadyForMs: 100, limits: { latencyP95Ms: 30_000 } };

const titles = ({ timeline }: IncidentView) => timeline.map(({ title }) => title);
const findings = (view: IncidentView) => view.findings.map(({ name }) => name);
const entry = (view: IncidentView, title: string) => view.timeline.find((one) => one.title === title);
const finding = (view: IncidentView, wanted: string) => view.findings.find(({ name }) => name === wanted)?.detail;
const changes = (host: ScriptedHost) => host.calls.filter((call) => call.startsWith('ensure'));

/** A host whose CPUs have time again with four workers, and that does without OpenAI in its fallback mode. */
async function onHost(test: (host: ScriptedHost, name: string) => Promise<void>): Promise<void> {
  settings = new ScriptedSettings();
  settings.values[WORKERS] = 8;
  settings.values[FALLBACK] = false;
  await site.withHost(async (host, name) => {
    settings.afterWrite = () => {
      if (Number(settings.values[WORKERS]) <= 4) host.latency.isCpuBusy = false;
      if (settings.values[FALLBACK] === true) host.latency.openaiMs = 120;
    };
    await test(host, name);
  });
}

async function began(name: string, overrides: Partial<IncidentInput> = {}) {
  const labels = { alertname: ALERT, instance: `${name}:8201`, severity: 'warning' };
  const first = alert({ alertname: ALERT, labels });
  const input = incidentInput(name, { runbook: 'analysisLatency', alertname: ALERT, policy: QUICK, ...overrides });
  return { first, handle: await startIncident(site.env.client, name, first, input) };
}

/** Until it is well and Alertmanager agrees. */
async function healed(name: string, history: string) {
  const { first, handle } = await began(name);
  const view = await resolvedWhenWell(handle, first);
  await recordHistory(handle, `analysisLatency.${history}`);
  expect(view.outcome).toBe('healed');
  return view;
}

/** Until people have it; then a person closes it. */
async function left(name: string, history: string, overrides: Partial<IncidentInput> = {}) {
  const { handle } = await began(name, overrides);
  const view = await closedByHand(handle);
  await recordHistory(handle, `analysisLatency.${history}`);
  return view;
}

describe('D.1 CPUs', () => {
  it('that are busy all the time get fewer workers for a while', async () => {
    await onHost(async (host, name) => {
      host.latency.isCpuBusy = true;
      const view = await healed(name, 'cpu');
      expect(view.cause).toMatchObject({
        cite: 'D.1',
        evidence: expect.stringMatching(/^CPU 97 % busy; KingFisher has 95 %.*python3 main\.py/),
      });
      expect(entry(view, 'Reduce orchestrator.max_workers to 4')).toMatchObject({ kind: 'change', status: 'done' });
      expect(view.leases).toMatchObject([{ setting: WORKERS, previous: 8, value: 4, outlives: true }]);
      expect(entry(view, 'Load, CPU, memory, pressure and disks')?.detail).toMatch(/^load 11\.2 of 4 CPUs; CPU 97 %/);
      expect(entry(view, 'Verify: analyses are fast enough')).toMatchObject({
        status: 'done',
        condition: 'well',
        detail: 'P95 is 4 s, at most 30 s (seen over 1 m)',
      });
      expect(findings(view)).toEqual([]);
    });
  });

  it('that somebody else keeps busy are for people: fewer workers would not help', async () => {
    await onHost(async (host, name) => {
      host.latency.isCpuBusy = true;
      host.latency.top = { user: 'root', command: 'xz -9 dump.sql', isOwn: false };
      const view = await left(name, 'cpu-taken');
      expect(settings.writes).toEqual([]);
      expect(view.findings.map((one) => one.name)).not.toContain('CpuBusy');
      expect(finding(view, 'CpuTaken')).toContain('xz -9 dump.sql (root');
    });
  });

  it('that somebody else and KingFisher keep busy: fewer workers, and who it is', async () => {
    await onHost(async (host, name) => {
      host.latency.isCpuBusy = true;
      host.latency.top = { user: 'root', command: 'xz -9 dump.sql', isOwn: false };
      host.latency.ownPercent = 40;
      const view = await healed(name, 'cpu-shared');
      expect(settings.writes[0]).toBe(4);
      expect(finding(view, 'CpuTaken')).toContain('xz -9 dump.sql (root');
    });
  });

  it('that are busy with few workers already are for people', async () => {
    await onHost(async (host, name) => {
      settings.values[WORKERS] = 4;
      host.latency.isCpuBusy = true;
      const view = await left(name, 'workers-few');
      expect(finding(view, 'CpuBusy')).toMatch(/^orchestrator\.max_workers is 4 already; CPU 97 % busy/);
      expect(settings.writes).toEqual([]);
      expect(view.leases).toEqual([]);
    });
  });

  it('of a host without such a setting: the rest of the page goes on', async () => {
    await onHost(async (host, name) => {
      delete settings.values[WORKERS];
      host.latency.isCpuBusy = true;
      const view = await left(name, 'workers-unknown');
      expect(finding(view, 'CpuBusy')).toMatch(/^orchestrator\.max_workers is no setting of this host/);
      expect(titles(view)).toContain('Ruled out: OpenAI, slow to answer');
    });
  });
});

describe('D.2 disks', () => {
  it('that are busy all the time lose their old temporary files', async () => {
    await onHost(async (host, name) => {
      host.latency.isDiskBusy = true;
      const view = await healed(name, 'disk');
      expect(view.cause).toMatchObject({
        cite: 'D.2',
        evidence: 'CPUs wait for disks 43 % of the time; sda is busy 99 % of the time (210 ms)',
      });
      expect(titles(view)).toContain('Ruled out: busy CPUs');
      expect(changes(host)).toEqual(['ensureTempFilesRemoved']);
      expect(settings.writes).toEqual([]);
    });
  });

  it('that are full have their logs rotated besides', async () => {
    await onHost(async (host, name) => {
      host.diskFull = true;
      const view = await healed(name, 'disk-full');
      expect(view.cause?.evidence).toContain('(full)');
      expect(changes(host)).toEqual(['ensureTempFilesRemoved', 'ensureLogsRotated']);
    });
  });
});

describe('D.3 the database', () => {
  it('whose sessions wait for each other is told of, with a suggestion, and nothing is ended', async () => {
    await onHost(async (host, name) => {
      const shape = 'UPDATE jobs SET state = ? WHERE id = ?';
      host.latency.blocked = [{ pid: 4711, user: 'kingfisher', forMs: 42_000, blockedBy: [4700], shape }];
      const view = await left(name, 'database');
      expect(view.cause).toMatchObject({ cite: 'D.3', evidence: expect.stringMatching(/^1 sessions wait for locks/) });
      expect(finding(view, 'DatabaseSlow')).toMatch(
        /of 4700: 4711 \(kingfisher\) for 42 s.*Suggestion: look what 4700/,
      );
      expect(entry(view, 'What PostgreSQL is busy with')?.detail).toContain('84.2 ms × 912 SELECT * FROM');
      expect(changes(host)).toEqual([]);
    });
  });
});

describe('D.4 OpenAI', () => {
  it('that is slow to answer: the fallback mode for a while', async () => {
    await onHost(async (host, name) => {
      host.latency.openaiMs = 4_200;
      const view = await healed(name, 'openai');
      expect(view.cause).toMatchObject({
        cite: 'D.4',
        evidence: expect.stringMatching(/^OpenAI takes longer than 3 s: .*first byte after 4\.2 s \(401\)/),
      });
      expect(view.leases).toMatchObject([{ setting: FALLBACK, previous: false, value: true, outlives: true }]);
      const ruledOut = titles(view).filter((title) => title.startsWith('Ruled out'));
      expect(ruledOut).toEqual([
        'Ruled out: busy CPUs',
        'Ruled out: disks that are full or busy',
        'Ruled out: a slow database',
      ]);
    });
  });

  it('that is slow on a host without a fallback mode is for people', async () => {
    await onHost(async (host, name) => {
      delete settings.values[FALLBACK];
      host.latency.openaiMs = 4_200;
      const view = await left(name, 'openai-no-fallback');
      expect(finding(view, 'OpenAiSlow')).toContain('orchestrator.fallback_mode is no setting of this host');
      expect(view.cause).toMatchObject({ cite: 'D.4' });
      expect(settings.writes).toEqual([]);
    });
  });

  it('after CPUs: each in its turn, until analyses are fast', async () => {
    await onHost(async (host, name) => {
      host.latency.isCpuBusy = true;
      host.latency.openaiMs = 4_200;
      const view = await healed(name, 'cpu-and-openai');
      expect(settings.writes.slice(0, 2)).toEqual([4, true]);
      expect(view.leases.map(({ setting }) => setting)).toEqual([WORKERS, FALLBACK]);
    });
  });
});

describe('evidence', () => {
  it('that is malformed is no fast analysis: people have it, and nothing is changed', async () => {
    await onHost(async (host, name) => {
      host.latency.histogram = { answer: 'malformed', detail: '/metrics cannot be read as metrics: {"error":"no"}' };
      const view = await left(name, 'malformed');
      expect(finding(view, 'LatencyUnknown')).toContain('{"error":"no"}');
      expect(findings(view)).toContain('LatencyUnexplained');
      expect(changes(host)).toEqual([]);
    });
  });

  it('of no analysis at all is not well, unless KingFisher itself says that none waits', async () => {
    await onHost(async (host, name) => {
      host.latency.isIdle = true;
      const view = await left(name, 'no-analysis');
      expect(finding(view, 'LatencyUnknown')).toBe('no analysis ended while it was looked at');
      expect(entry(view, 'How long analyses take now')).toMatchObject({
        status: 'notSo',
        detail: 'no analysis ended (seen over 1 m); whether any waits is not known',
      });
    });
  });

  it('of a load that cannot be read decides nothing', async () => {
    await onHost(async (host, name) => {
      host.latency.isSlow = true;
      host.latency.load = { cpuPercent: null, iowaitPercent: null, busy: null, processes: [] };
      const view = await left(name, 'load-unknown');
      expect(titles(view)).toEqual(expect.arrayContaining(['Not known: busy CPUs', 'Ruled out: a slow database']));
      expect(finding(view, 'LatencyUnexplained')).toMatch(/^P95 42 s in the alert's window.*busy CPUs \(not known\)/);
      expect(changes(host)).toEqual([]);
    });
  });

  it('of fast analyses while the alert fires: nothing is changed, and monitoring is to be looked at', async () => {
    await onHost(async (host, name) => {
      const policy = { ...QUICK, agreeWithinMs: 500 };
      const { handle } = await began(name, { policy });
      const view = await waitFor(
        async () => {
          const seen = await handle.query<IncidentView>('timeline');
          return seen.findings.length > 0 ? seen : undefined;
        },
        { what: 'a finding', deadlineMs: 30_000, everyMs: 50 },
      );
      expect(view.findings).toMatchObject([
        { name: 'AlertContradicted', detail: expect.stringMatching(/^Analysis has been well on its host/) },
      ]);
      await closedByHand(handle);
      await recordHistory(handle, 'analysisLatency.contradicted');
      expect(changes(host)).toEqual([]);
    });
  });
});

it('observe names the cause and what would be done, and changes nothing', async () => {
  await onHost(async (host, name) => {
    host.latency.isCpuBusy = true;
    const view = await left(name, 'observe', { safety: { ...SAFETY, mode: 'observe' } });
    expect(view.cause).toMatchObject({ cite: 'D.1' });
    expect(titles(view)).toContain(`Would set ${WORKERS} lower for a while`);
    expect(settings.writes).toEqual([]);
  });
});
