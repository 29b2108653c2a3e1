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

const ALERT = 'KingfisherPipelineFailuresHigh';
const QPS = 'openai.max_qps';
const PAUSE = 'automation.paused';
const LIMITS = { failuresPer5m: 5, pauseAbovePer5m: 50 };
const QUICK = { ...POLICY, stabilityWindowMs: 50, steadyForMs: 100, limits: LIMITS };

const titles = ({ timeline }: IncidentView) => timeline.map(({ title }) => title);
const findings = (view: IncidentView) => view.findings.map(({ name }) => name);
const entry = (view: IncidentView, title: string) => view.timeline.find((one) => one.title === title);

/** A host that OpenAI does not limit while it is asked at most four times a second, and whose automation can be paused. */
async function onHost(test: (host: ScriptedHost, name: string) => Promise<void>): Promise<void> {
  settings = new ScriptedSettings();
  settings.values[PAUSE] = false;
  await site.withHost(async (host, name) => {
    host.pipeline.isPaused = () => settings.values[PAUSE] === true;
    settings.afterWrite = () => {
      if (Number(settings.values[QPS]) <= 4) delete host.pipeline.failing.rateLimit;
    };
    await test(host, name);
  });
}

async function began(name: string, overrides: Partial<IncidentInput> = {}) {
  const labels = { alertname: ALERT, instance: `${name}:8201`, severity: 'critical' };
  const first = alert({ alertname: ALERT, labels });
  const input = incidentInput(name, { runbook: 'pipelineFailures', alertname: ALERT, policy: QUICK, ...overrides });
  return { first, handle: await startIncident(site.env.client, name, first, input) };
}

/** Until it is well and Alertmanager agrees. */
async function healed(name: string, history: string) {
  const { first, handle } = await began(name);
  const view = await resolvedWhenWell(handle, first);
  await recordHistory(handle, `pipelineFailures.${history}`);
  expect(view.outcome).toBe('healed');
  return view;
}

/** Until people have it; then a person closes it. */
async function left(name: string, history: string, overrides: Partial<IncidentInput> = {}) {
  const { handle } = await began(name, overrides);
  const view = await closedByHand(handle);
  await recordHistory(handle, `pipelineFailures.${history}`);
  return view;
}

describe('B.1 OpenAI', () => {
  it('that limits requests gets fewer of them for a while', async () => {
    await onHost(async (host, name) => {
      host.pipeline.failing.rateLimit = 30;
      const view = await healed(name, 'rate-limit');
      expect(view.cause).toMatchObject({ cite: 'B.1', title: 'OpenAI limits the rate of requests' });
      expect(entry(view, 'Reduce openai.max_qps to 4')).toMatchObject({ kind: 'change', status: 'done' });
      expect(view.leases).toMatchObject([
        { setting: QPS, previous: 8, value: 4, reason: '429 from OpenAI', outlives: true },
      ]);
      expect(titles(view)).not.toContain('Pause automation');
      expect(host.restarts).toEqual([]);
      const verified = entry(view, 'Verify: the pipeline fails seldom');
      expect(verified).toMatchObject({
        status: 'done',
        condition: 'well',
        detail: expect.stringContaining('0 in 5 m'),
      });
    });
  });

  it('far too often: automation is paused first, and goes on once failures have fallen', async () => {
    await onHost(async (host, name) => {
      host.pipeline.failing.rateLimit = 80;
      const view = await healed(name, 'paused');
      const order = [
        'Pause automation',
        'Reduce openai.max_qps to 4',
        'Failures fall while automation is paused',
        `Lease of ${PAUSE} given back`,
        'Verify: the pipeline fails seldom',
      ];
      expect(titles(view).filter((title) => order.includes(title))).toEqual(order);
      expect(settings.writes.slice(0, 3)).toEqual([true, 4, false]);
      expect(findings(view)).toEqual(['AutomationPaused']);
      expect(view.findings[0]!.withdrawnAt).toBeDefined();
    });
  });

  it('whose quota is used up is not asked less: people are told', async () => {
    await onHost(async (host, name) => {
      host.pipeline.failing.quota = 30;
      const view = await left(name, 'quota');
      expect(findings(view)).toContain('OpenAiQuota');
      expect(titles(view)).toContain('Ruled out: OpenAI limits the rate of requests (429)');
      expect(settings.writes).toEqual([]);
    });
  });

  it('that limits requests although they are few already is for people, and no setting is raised', async () => {
    await onHost(async (host, name) => {
      settings.values[QPS] = 2;
      host.pipeline.failing.rateLimit = 30;
      const view = await left(name, 'reduced-already');
      expect(findings(view)).toContain('OpenAiStillLimits');
      expect(settings.writes).toEqual([]);
    });
  });

  it('on a host that cannot pause automation: the rest of the page goes on', async () => {
    await onHost(async (host, name) => {
      delete settings.values[PAUSE];
      host.pipeline.failing.rateLimit = 80;
      const view = await healed(name, 'no-pause');
      expect(view.leases.map(({ setting }) => setting)).toEqual([QPS]);
    });
  });
});

describe('B.2 images', () => {
  it('that KingFisher may not use get their permissions back', async () => {
    await onHost(async (host, name) => {
      host.pipeline.failing.imagePermission = 12;
      host.pipeline.wrongImages = 3;
      const view = await healed(name, 'permissions');
      expect(view.cause).toMatchObject({ cite: 'B.2', evidence: expect.stringContaining('3 of 40') });
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual(['ensureImagePermissions']);
    });
  });

  it('whose permissions are right, and that cannot be used all the same, are for people', async () => {
    await onHost(async (host, name) => {
      host.pipeline.failing.imagePermission = 12;
      const view = await left(name, 'denied');
      expect(findings(view)).toContain('ImagesDenied');
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
    });
  });
});

describe('B.2 corrupt images', () => {
  it('are moved to the quarantine', async () => {
    await onHost(async (host, name) => {
      host.pipeline.failing.imageCorrupt = 12;
      host.pipeline.corruptImages = 2;
      const view = await healed(name, 'corrupt');
      expect(view.cause).toMatchObject({ cite: 'B.2', evidence: expect.stringMatching(/^2 of 12 images cannot/) });
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual(['ensureImagesQuarantined']);
    });
  });

  it('that can be decoded all the same are left where they are, whatever a log says of them', async () => {
    await onHost(async (host, name) => {
      host.pipeline.failing.imageCorrupt = 12;
      const view = await left(name, 'not-corrupt');
      expect(findings(view)).toContain('ImagesCorrupt');
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
    });
  });
});

describe('B.3 the database', () => {
  it('whose pool is used up: KingFisher is restarted once', async () => {
    await onHost(async (host, name) => {
      host.pipeline.exhaustedIn = 'k0';
      const view = await healed(name, 'pool');
      expect(host.restarts).toEqual(['kingfisher']);
      expect(view.cause).toMatchObject({ cite: 'B.3', evidence: expect.stringContaining('10 of 10 connections') });
    });
  });

  it('that is not well itself is named, and KingFisher is not restarted', async () => {
    await onHost(async (host, name) => {
      host.pipeline.exhaustedIn = 'k0';
      host.conditions.postgres = 'busy';
      host.readyChecks = 'none';
      const view = await left(name, 'database-busy');
      expect(findings(view)).toContain('DependencyBusy');
      expect(host.restarts).toEqual([]);
    });
  });
});

describe('B.4 plugins', () => {
  it('are tested one by one, and the one that fails is named', async () => {
    await onHost(async (host, name) => {
      host.pipeline.failing.plugin = 20;
      host.pipeline.plugins = ['win_rate', 'symbol_update'];
      host.pipeline.broken.add('symbol_update');
      const view = await left(name, 'plugin');
      expect(view.cause).toMatchObject({ cite: 'B.4', evidence: expect.stringMatching(/^plugin symbol_update fails/) });
      expect(view.findings.find(({ name: of }) => of === 'PluginFails')?.detail).toContain("KeyError: 'last_price'");
      expect(entry(view, 'Test plugin win_rate')).toMatchObject({ status: 'done' });
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
    });
  });
});

describe('evidence', () => {
  it('that is absent or malformed is no "few failures": people have it, and nothing is changed', async () => {
    await onHost(async (host, name) => {
      host.pipeline.counter = { answer: 'malformed', detail: '/metrics cannot be read as metrics: {"error":"no"}' };
      host.pipeline.log = { evidence: 'absent', kinds: [], errors: 0 };
      const view = await left(name, 'unknown');
      expect(findings(view)).toEqual(expect.arrayContaining(['FailuresUnknown', 'LogAbsent']));
      expect(titles(view)).toContain('Not known: corrupt images');
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
    });
  });

  it('of a counter that cannot be read does not keep the log from naming the cause', async () => {
    await onHost(async (host, name) => {
      host.pipeline.counter = { answer: 'absent', detail: '/metrics exposes no kingfisher_pipeline_failures_total' };
      host.pipeline.failing.rateLimit = 30;
      const view = await left(name, 'log-alone');
      expect(view.cause).toMatchObject({ cite: 'B.1' });
      expect(settings.writes[0]).toBe(4);
    });
  });

  it('of few failures while the alert fires: nothing is changed, and monitoring is to be looked at', async () => {
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
        { name: 'AlertContradicted', detail: expect.stringMatching(/^The pipeline has been well on its host/) },
      ]);
      await closedByHand(handle);
      await recordHistory(handle, 'pipelineFailures.contradicted');
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
    });
  });
});

it('observe names the cause and what would be done, and changes nothing', async () => {
  await onHost(async (host, name) => {
    host.pipeline.failing.rateLimit = 80;
    const view = await left(name, 'observe', { safety: { ...SAFETY, mode: 'observe' } });
    expect(view.cause).toMatchObject({ cite: 'B.1' });
    expect(titles(view)).toContain(`Would set ${QPS} lower for a while`);
    expect(settings.writes).toEqual([]);
  });
});

it('lends its turn while it verifies, to a service that is down, and diagnoses again then', async () => {
  await onHost(async (host, name) => {
    host.pipeline.failing.rateLimit = 30;
    settings.afterWrite = () => undefined;
    const { handle } = await began(name);
    const see = async () => await handle.query<IncidentView>('timeline');
    await waitFor(async () => (await see()).state === 'verifying', { what: 'a verification' });
    host.up.kingfisher = false;
    const first = alert();
    const down = await startIncident(site.env.client, name, first, incidentInput(name, { policy: QUICK }));
    expect((await resolvedWhenWell(down, first)).outcome).toBe('healed');
    const view = await closedByHand(handle);
    await recordHistory(handle, 'pipelineFailures.lends-its-turn');
    const note = `Lends its turn while it verifies: ${down.workflowId} goes first`;
    expect(titles(view)).toContain(note);
    const after = titles(view).slice(titles(view).indexOf(note));
    expect(after).toContain('Failures by step and reason');
  });
});
