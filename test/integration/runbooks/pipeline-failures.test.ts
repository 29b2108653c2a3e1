import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHostActivities } from '../../../src/activities/host';
import type { AgentSettings, SettingPlace } from '../../../src/host/agent-settings';
import type { IncidentView } from '../../../src/shared/incident';
import { leaseId } from '../../../src/shared/ids';
import { POLICY, alert, incidentInput, resolvedWhenWell, startIncident } from '../../support/incidents';
import { settingsOf } from '../../support/scripted/host-settings';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { startLocal } from '../../support/temporal/temporal';

const ALERT = 'KingfisherPipelineFailuresHigh';
const EVERY_MS = 100;

/** A KingFisher that OpenAI limits while it asks more than four times a second, and whose automation can be paused. */
class Limited {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'halcyon-pipeline-'));
  private failures = 0;
  private readonly server = http.createServer((request, response) => {
    response.end(request.url === '/metrics' ? this.metrics() : '{}');
  });
  private readonly work = setInterval(() => this.try(), EVERY_MS);

  constructor() {
    mkdirSync(this.at('log'));
    writeFileSync(this.at('k.json'), JSON.stringify({ openai: { max_qps: 8 }, automation: { paused: false } }));
    this.server.listen(0, '127.0.0.1');
  }

  at(...steps: string[]): string {
    return path.join(this.folder, ...steps);
  }

  get settings() {
    return JSON.parse(readFileSync(this.at('k.json'), 'utf8')) as {
      openai: { max_qps: number };
      automation: { paused: boolean };
    };
  }

  agent(): AgentSettings {
    const place = { format: 'json' as const, file: this.at('k.json'), apply: 'none' as const };
    const maxQps: SettingPlace = { ...place, path: ['openai', 'max_qps'], min: 1, max: 8 };
    const manager = {
      ...{ type: 'process' as const, command: ['/bin/true'], cwd: this.folder, env: {} },
      ...{ logFile: this.at('log/service.log'), pidFile: this.at('k.pid') },
    };
    const { port } = this.server.address() as AddressInfo;
    return settingsOf({
      kingfisher: {
        ...{ installDir: this.folder, dataDir: this.at('data'), logFile: this.at('log/service.log'), manager },
        baseUrl: `http://127.0.0.1:${port}`,
      },
      settings: {
        'openai.max_qps': maxQps,
        'automation.paused': { ...place, path: ['automation', 'paused'] } as SettingPlace,
      },
      stateDir: this.at('state'),
      pauseFile: this.at('paused'),
    });
  }

  end(): void {
    clearInterval(this.work);
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private try(): void {
    const { openai, automation } = this.settings;
    if (automation.paused || openai.max_qps <= 4) return;
    this.failures += 1;
    const line = `${new Date().toISOString()} ERROR [openai] step openai_analysis failed: 429 Too Many Requests\n`;
    appendFileSync(this.at('log/service.log'), line);
  }

  private metrics(): string {
    const name = 'kingfisher_pipeline_failures_total';
    return `# TYPE ${name} counter\n${name}{step="openai_analysis",reason="rate_limited"} ${this.failures}\n`;
  }
}

it('429 from OpenAI: automation is paused, fewer requests are made, automation goes on, and all is put back in the end', async () => {
  const kingfisher = new Limited();
  const site = await WorkflowSite.up({
    startServer: startLocal,
    agent: () => createHostActivities(kingfisher.agent()),
  });
  try {
    await site.withHost(async (_scripted, name) => {
      const first = alert({ alertname: ALERT, labels: { alertname: ALERT, severity: 'critical' } });
      const limits = { failuresPer5m: 5, pauseAbovePer5m: 20, rateOverMs: 10_000, reduceForMs: 60_000 };
      const policy = { ...POLICY, stabilityWindowMs: 1_000, steadyForMs: 1_000, limits };
      const input = incidentInput(name, { runbook: 'pipelineFailures', alertname: ALERT, policy });
      const handle = await startIncident(site.env.client, name, first, input);
      const end: IncidentView = await resolvedWhenWell(handle, first);
      expect(end).toMatchObject({ outcome: 'healed', cause: { cite: 'B.1' } });
      const order = ['Pause automation', 'Reduce openai.max_qps to 4', 'Lease of automation.paused given back'];
      expect(end.timeline.map(({ title }) => title).filter((title) => order.includes(title))).toEqual(order);
      const verified = end.timeline.findLast(({ title }) => title === 'Verify: the pipeline fails seldom');
      expect(verified).toMatchObject({ status: 'done', detail: expect.stringMatching(/^0 in 5 m/) });
      // Still there when the incident is over: the 429s would come back with the old value.
      expect(kingfisher.settings).toEqual({ openai: { max_qps: 4 }, automation: { paused: false } });
      await site.env.client.workflow.getHandle(leaseId(name, 'openai.max_qps')).result();
      expect(kingfisher.settings).toEqual({ openai: { max_qps: 8 }, automation: { paused: false } });
    });
  } finally {
    kingfisher.end();
    await site.down();
  }
}, 240_000);
