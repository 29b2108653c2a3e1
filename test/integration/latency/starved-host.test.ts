import type { WorkflowHandle } from '@temporalio/client';
import type { IncidentView } from '../../../src/shared/incident';
import { POLICY, alert, incidentInput, startIncident } from '../../support/incidents';
import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const ALERT = 'KingfisherAnalysisLatencyHigh';
const LOOKS_WITHIN_MS = 110_000;
/** Services that each have as much weight as any other, and in each processes that never rest. */
const BUSY_UNITS = 10;
const BUSY = `[Service]
Slice=system.slice
ExecStart=/bin/sh -c 'for one in 1 2 3 4 5 6; do while :; do :; done & done; wait'
`;

let site: LabSite;

beforeAll(async () => {
  site = await LabSite.up('starved', { host: { images: 1 } });
  await site.host.exec(['tee', '/run/systemd/system/busy@.service'], { input: BUSY });
  await site.host.systemctl('daemon-reload');
});
afterAll(async () => {
  await site?.host.systemctl('kill', '--signal=KILL', 'busy@*.service').catch(() => {});
  await site?.down();
});

const busyUnits = Array.from({ length: BUSY_UNITS }, (_, index) => `busy@${index}.service`);

/** Page D from the alert until nothing is left that it could look at. */
async function pageD(): Promise<{ view: IncidentView; incident: WorkflowHandle }> {
  const first = alert({ alertname: ALERT, labels: { alertname: ALERT, severity: 'warning' } });
  // Never fast enough: the page goes through all of its causes.
  const limits = { latencyP95Ms: 1, latencyOverMs: 10_000, fallsWithinMs: 15_000 };
  const policy = { ...POLICY, limits };
  const input = incidentInput(site.host.name, { runbook: 'analysisLatency', alertname: ALERT, policy });
  const incident = await startIncident(site.stack.client, site.host.name, first, input);
  const view = await waitFor(
    async () => {
      const seen = await incident.query<IncidentView>('timeline');
      return seen.state === 'waitingForPeople' ? seen : undefined;
    },
    { what: 'page D to have looked at everything', deadlineMs: LOOKS_WITHIN_MS, everyMs: 200 },
  );
  return { view, incident };
}

/** As the kernel has it: of one hierarchy for all, or of that of processors. */
async function weightOf(unit: string): Promise<string> {
  const files = ['cpu/system.slice/*/cpu.shares', 'system.slice/*/cpu.weight'].map((file) => file.replace('*', unit));
  const { stdout } = await site.host.exec(['cat', ...files.map((file) => `/sys/fs/cgroup/${file}`)], { check: false });
  return stdout.trim();
}

/** Attempts of the agent's activities that somebody gave up, be it for a beat that did not come. */
async function attemptsGivenUp(incident: WorkflowHandle): Promise<string[]> {
  const { events } = await incident.fetchHistory();
  return (events ?? []).flatMap(
    ({ activityTaskStartedEventAttributes: started, activityTaskTimedOutEventAttributes: out }) => {
      const failures = [started?.lastFailure, out?.failure].map((failure) => failure?.message ?? '');
      return failures.filter((message) => /timeout/i.test(message));
    },
  );
}

it('page D is answered by an agent on a host whose processors all others want', async () => {
  await site.host.systemctl('start', ...busyUnits);
  // Else this test would say nothing: the units of this host must compete by their weights.
  expect(await weightOf('busy@0.service')).toMatch(/^(?:1024|100)$/);
  const { view, incident } = await pageD();
  const diagnosis = view.timeline.filter(({ cite }) => cite === 'D.diagnosis');
  expect(diagnosis.length).toBeGreaterThan(3);
  expect(diagnosis.filter(({ status }) => status === 'failed')).toEqual([]);
  expect(view.findings.map(({ name }) => name)).toContain('CpuTaken');
  expect(await attemptsGivenUp(incident)).toEqual([]);
});
