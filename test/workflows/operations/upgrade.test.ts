import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { createRolloutCommand } from '../../../src/cli/rollout/rollout';
import { escalationId, guardId, leaseId } from '../../../src/shared/ids';
import type { IncidentInput, IncidentResult } from '../../../src/shared/incident';
import { hostTaskQueue } from '../../../src/shared/task-queues';
import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { announceBuild } from '../../../src/temporal/announce-build';
import { adopt, builds, currentBuild } from '../../../src/temporal/deployment';
import { closeUpdate, releaseLeaseUpdate } from '../../../src/workflows/messages';
import { PLAN } from '../../support/escalations';
import { hold } from '../../support/scripted/held-activity';
import { alert, incidentInput, startIncident, untilState } from '../../support/incidents';
import { outputOf } from '../../support/output-of';
import { ScriptedSettings } from '../../../src/simulate/script/scripted-settings';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { withWorker } from '../../support/temporal/workers';

// What it does to the server cannot be done twice.
jest.retryTimes(0);

/** An upgrade of the controller with incidents in each state, a guard, a lease and clocks. */
let site: WorkflowSite;
let folder: string;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
  folder = mkdtempSync(join(tmpdir(), 'halcyon-upgrade-'));
});
const running: { end(): Promise<void> }[] = [];

afterEach(async () => {
  for (const controller of running.splice(0)) await controller.end();
});
afterAll(async () => {
  await site?.down();
  rmSync(folder, { recursive: true, force: true });
});

const WAIT = { deadlineMs: 60_000, everyMs: 100 };
const SETTING = 'openai.max_qps';
const NAMES = ['diagnosing', 'remedying', 'people', 'watching', 'away'] as const;
type Name = (typeof NAMES)[number];

async function rollout(...args: string[]): Promise<string> {
  const file = join(folder, 'halcyon.yaml');
  writeFileSync(file, `temporal: {address: "${site.env.address}"}\n`);
  const command = createRolloutCommand(async () => 'new');
  return (await outputOf(() => command.parseAsync([...args, '--config', file], { from: 'user' }))).said;
}

/** Runs until `end`, or until the test is over. */
async function controllerOfBuild(buildId: string): Promise<{ end(): Promise<void> }> {
  const worker = await site.controllerOfBuild(buildId);
  const runs = worker.run();
  const end = async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await runs;
  };
  running.push({ end });
  return { end };
}

function handleOf(workflowId: string): WorkflowHandle {
  return site.env.client.workflow.getHandle(workflowId);
}

const incidentOf = (name: Name) => handleOf(`incident/KingfisherServiceDown/${name}`);

/** Which build has the newest run of this. */
async function buildOf(handle: WorkflowHandle): Promise<string | undefined> {
  const { raw } = await handle.describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

async function untilBuild(buildId: string, ...handles: WorkflowHandle[]): Promise<void> {
  for (const handle of handles) {
    const isSo = async () => (await buildOf(handle)) === buildId;
    await waitFor(isSo, { what: `${handle.workflowId} to be with build ${buildId}`, ...WAIT });
  }
}

/** The builds whose controllers worked on a run, and the activities that it asked for. */
async function workOf(handle: WorkflowHandle, runId: string) {
  const events = (await site.env.client.workflow.getHandle(handle.workflowId, runId).fetchHistory()).events ?? [];
  const by = events.flatMap((event) => event.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId ?? []);
  const asked = events.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
  return { builds: [...new Set(by)], asked };
}

async function startOn(name: Name, more: Partial<IncidentInput> = {}): Promise<void> {
  await startIncident(site.env.client, name, alert(), incidentInput(name, more));
}

async function withAgents(hosts: Partial<Record<Name, ScriptedHost>>, test: () => Promise<void>): Promise<void> {
  const [first, ...others] = Object.entries(hosts);
  if (first === undefined) return await test();
  await site.withAgent(first[1], first[0], () => withAgents(Object.fromEntries(others), test));
}

async function withLease(test: (lease: WorkflowHandle, settings: ScriptedSettings) => Promise<void>): Promise<void> {
  const settings = new ScriptedSettings();
  const connection = site.env.nativeConnection;
  const options = { connection, taskQueue: hostTaskQueue('leased'), activities: settings.activities() };
  await withWorker(options, async () => {
    await createCoordinationActivities(site.env.client).requestLease({
      host: 'leased',
      setting: SETTING,
      value: 4,
      owner: 'anna',
      reason: '429 from OpenAI',
      until: new Date(Date.now() + 3_600_000).toISOString(),
      turn: { permit: { kind: 'change', token: 7, holder: 'anna' } },
      escalation: PLAN,
    });
    await waitFor(() => settings.values[SETTING] === 4, { what: 'the lease in effect', ...WAIT });
    await test(handleOf(leaseId('leased', SETTING)), settings);
  });
}

it('what works stays with its build and ends there; what waits moves on, and loses nothing', async () => {
  const hosts = {
    diagnosing: new ScriptedHost(),
    remedying: new ScriptedHost(),
    people: new ScriptedHost(),
    watching: new ScriptedHost(),
  };
  for (const host of Object.values(hosts)) {
    host.up.kingfisher = false;
    hold(host, 'watchReading');
  }
  const diagnosis = hold(hosts.diagnosing, 'observeResources');
  const remedy = hold(hosts.remedying, 'ensureRestarted');
  hosts.people.broken.add('kingfisher');
  hosts.people.allow = ['restart', 'clearFiles'];

  const old = await controllerOfBuild('old');
  const log = { info: jest.fn(), warn: jest.fn() };
  announceBuild(site.env.client, 'old', log);
  await waitFor(async () => (await currentBuild(site.env.client)).buildId === 'old', {
    what: 'the first build',
    ...WAIT,
  });

  await withAgents(hosts, () =>
    withLease(async (lease, settings) => {
      for (const name of NAMES) await startOn(name);
      await waitFor(() => diagnosis.begun() > 0 && remedy.begun() > 0, { what: 'work under way', ...WAIT });
      await untilState(incidentOf('people'), 'waitingForPeople');
      await untilState(incidentOf('watching'), 'watching');
      await untilState(incidentOf('away'), 'waitingForAgent');
      const remedyRun = (await incidentOf('remedying').describe()).runId;

      await controllerOfBuild('new');
      announceBuild(site.env.client, 'new', log);
      const isRun = async () =>
        (await builds(site.env.client)).some(({ id, controllers }) => id === 'new' && controllers.length > 0);
      await waitFor(isRun, { what: 'the new controller', ...WAIT });
      await waitFor(() => log.warn.mock.calls.length === 1, { what: 'its warning', ...WAIT });
      expect(await rollout('status')).toMatch(/^current +old +\d+ open/m);
      expect(await rollout('use')).toMatch(/^build new gets what begins; [1-9]\d* open runs of others were told/);

      const clock = handleOf(escalationId(incidentOf('diagnosing').workflowId));
      const waiting = [incidentOf('people'), incidentOf('watching'), clock, lease, handleOf(guardId('people'))];
      await untilBuild('new', ...waiting);
      for (const name of ['diagnosing', 'remedying', 'away'] as const) {
        expect(await buildOf(incidentOf(name))).toBe('old');
      }

      diagnosis.free();
      remedy.free();
      await untilBuild('new', incidentOf('diagnosing'), incidentOf('remedying'));
      const work = await workOf(incidentOf('remedying'), remedyRun);
      expect(work.builds).toEqual(['old']);
      expect(work.asked).toContain('ensureRestarted');
      expect(hosts.remedying.restarts).toEqual(['kingfisher']);

      await old.end();
      expect(await adopt(site.env.client, { from: 'old', to: 'new' })).toBeGreaterThan(0);
      for (const name of NAMES) {
        await incidentOf(name).executeUpdate(closeUpdate, {
          args: [{ as: 'anna', reason: 'the test has seen enough' }],
        });
      }
      const outcomes: Partial<Record<Name, string | null>> = {};
      for (const name of NAMES) outcomes[name] = ((await incidentOf(name).result()) as IncidentResult).outcome;
      expect(outcomes).toEqual({
        diagnosing: 'healed',
        remedying: 'healed',
        people: 'unresolved',
        watching: 'healed',
        away: 'unresolved',
      });
      await lease.executeUpdate(releaseLeaseUpdate, { args: [{ by: 'anna', reason: 'done' }] });
      await waitFor(() => settings.values[SETTING] === 8, { what: 'the undo', ...WAIT });
      await expect(rollout('use', 'older')).rejects.toThrow('no controller runs build older');
    }),
  );
}, 300_000);
