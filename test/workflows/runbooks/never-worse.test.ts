import { CancelledFailure, Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { escalationId } from '../../../src/shared/ids';
import type { IncidentInput, IncidentView } from '../../../src/shared/incident';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { approveUpdate, closeUpdate, rejectUpdate } from '../../../src/workflows/messages';
import { alert, incidentInput, startIncident, untilState } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** A remedy never leaves the host worse: what is known before, and what is called off in the middle. */

jest.setTimeout(120_000);

let site: WorkflowSite;

// A server each: time that passed in one test would hold up the next.
beforeEach(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterEach(async () => {
  await site?.down();
});

const names = (view: IncidentView) => view.findings.map((finding) => finding.name);
const changes = (host: ScriptedHost) => host.calls.filter((call) => call.startsWith('ensure'));

async function start(name: string, more: Partial<IncidentInput> = {}): Promise<WorkflowHandle> {
  const now = new Date(await site.env.currentTimeMs()).toISOString();
  const first = alert({
    startsAt: now,
    receivedAt: now,
    labels: { alertname: 'KingfisherServiceDown', instance: name, severity: 'critical' },
  });
  return await startIncident(site.env.client, name, first, incidentInput(name, { safety: SAFETY, ...more }));
}

function startRecovery(name: string, dryRun = false): Promise<WorkflowHandle> {
  return start(name, {
    runbook: 'emergencyRecovery',
    recovery: { dryRun, onlyUnhealthy: false },
    startedBy: { who: 'ada', reason: 'a test' },
  });
}

async function close(handle: WorkflowHandle): Promise<IncidentView> {
  await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'enough' }] });
  return (await handle.result()) as IncidentView;
}

/** It says all that it has to say before it ends. */
async function isClockOver({ workflowId }: WorkflowHandle): Promise<boolean> {
  const clock = await site.env.client.workflow.getHandle(escalationId(workflowId)).describe();
  return clock.status.name !== 'RUNNING';
}

const OBSTACLES: [string, string, (host: ScriptedHost) => void][] = [
  ['a masked unit', 'UnitMasked', (host) => host.masked.add('kingfisher')],
  ['a port that another holds', 'PortTaken', (host) => (host.portHolder = { pid: 7, command: 'nc -l 8201' })],
  ['an invalid configuration', 'ConfigurationInvalid', (host) => (host.configurationValid = false)],
];

describe.each(OBSTACLES)('%s', (_what, finding, stand) => {
  it('is named by runbook A: no restart, no recovery, people', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      stand(host);
      const handle = await start(name);
      const seen = await untilState(handle, 'waitingForPeople');
      expect(names(seen)).toContain(finding);
      expect(seen.approvals).toEqual([]);
      expect(changes(host)).toEqual([]);
      await close(handle);
    });
  });

  it('ends a recovery before anything is touched, and its dry run says so', async () => {
    await site.withHost(async (host, name) => {
      stand(host);
      const planned = (await (await startRecovery(name, true)).result()) as IncidentView;
      expect(planned.outcome).toBe('planned');
      expect(names(planned)).toContain(finding);
      expect(planned.timeline.map(({ title }) => title)).toContainEqual(expect.stringContaining('would be refused'));
      const handle = await startRecovery(name);
      // It is well, so that the incident soon only looks on.
      expect(names(await untilState(handle, 'waitingForPeople', 'watching'))).toContain(finding);
      expect(changes(host)).toEqual([]);
      expect(host.up.kingfisher).toBe(true);
      await close(handle);
    });
  });
});

describe('the full recovery of runbook A', () => {
  it('is not asked for after people rejected the restart', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const handle = await start(name, { safety: { ...SAFETY, mode: 'approve' } });
      await untilState(handle, 'waitingForApproval');
      await handle.executeUpdate(rejectUpdate, { args: [{ as: 'anna' }] });
      const seen = await untilState(handle, 'waitingForPeople');
      expect(seen.approvals.map(({ subject: { risk } }) => risk)).toEqual(['change']);
      await close(handle);
    });
  });

  it('is not asked for when the disk is full, or a job of systemd hangs', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.broken.add('kingfisher');
      host.diskFull = true;
      const handle = await start(name);
      expect((await untilState(handle, 'waitingForPeople')).approvals).toEqual([]);
      expect(host.restarts).toEqual(['kingfisher']);
      await close(handle);
    });
  });
});

/** Work on files that takes a moment to end when it is called off, as real work does. */
class FileWork {
  begun = 0;
  ended = 0;
  /** Of those that ended, how many saw KingFisher started beside them. */
  beside = 0;

  constructor(private readonly host: ScriptedHost) {}

  async untilCalledOff(): Promise<void> {
    const context = Context.current();
    const beating = setInterval(() => context.heartbeat(), 100);
    this.begun += 1;
    try {
      await context.cancelled;
    } catch (err) {
      // An attempt that the server gave up, on a busy machine, was not called off: the next one takes over.
      if (err instanceof CancelledFailure && err.message !== 'CANCELLED') {
        this.begun -= 1;
        throw new Error(err.message);
      }
      const isStarted = () => this.host.calls.includes('ensureStarted');
      await waitFor(isStarted, { what: 'nothing to come', deadlineMs: 1_500 }).then(
        () => (this.beside += 1),
        () => undefined,
      );
      this.ended += 1;
      throw err;
    } finally {
      clearInterval(beating);
    }
  }
}

describe.each(['cancelled', 'closed'] as const)('a recovery that is %s in the middle', (how) => {
  async function callOff(handle: WorkflowHandle): Promise<void> {
    if (how === 'cancelled') {
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
    } else await close(handle);
  }

  it('waits for the work on files, then starts what it stopped, and begins nothing else', async () => {
    await site.withHost(async (host, name) => {
      const work = new FileWork(host);
      host.before = async (activity) => {
        if (activity === 'ensurePermissions' || activity === 'ensureTemporaryFilesCleared') await work.untilCalledOff();
      };
      const handle = await startRecovery(name);
      await waitFor(() => work.begun === 2, { what: 'work on files', deadlineMs: 30_000 });
      await callOff(handle);
      await waitFor(() => work.ended === 2, { what: 'the end of the work', deadlineMs: 30_000 });
      expect(work.beside).toBe(0);
      expect(host.up.kingfisher).toBe(true);
      expect(changes(host).at(-1)).toBe('ensureStarted');
      expect(site.pagers.askedOf(handle.workflowId)).toEqual([]);
    });
  });

  it('leaves a KingFisher down that somebody else had stopped', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const work = new FileWork(host);
      host.before = async (activity) => {
        if (activity === 'ensurePermissions') await work.untilCalledOff();
      };
      const handle = await startRecovery(name);
      await waitFor(() => work.begun === 1, { what: 'work on files', deadlineMs: 30_000 });
      await callOff(handle);
      expect(host.up.kingfisher).toBe(false);
      expect(host.calls).not.toContain('ensureStarted');
    });
  });
});

describe('a recovery that a person closes in the middle', () => {
  it.each([
    ['and KingFisher runs again', true],
    ['and KingFisher stays down', false],
  ])('calls nobody: a person has it, %s', async (_what, starts) => {
    await site.withHost(async (host, name) => {
      const work = new FileWork(host);
      host.before = async (activity) => {
        if (activity === 'ensurePermissions') await work.untilCalledOff();
      };
      const handle = await startRecovery(name);
      await waitFor(() => work.begun === 1, { what: 'work on files', deadlineMs: 30_000 });
      if (!starts) host.broken.add('kingfisher');
      const result = await close(handle);
      expect(host.up.kingfisher).toBe(starts);
      expect(result.timeline.map(({ title }) => title)).not.toContain('Nothing automatic is left');
      await waitFor(() => isClockOver(handle), { what: 'the end of the clock' });
      expect(site.pagers.tiersOf(handle.workflowId)).toEqual([]);
    });
  });
});

describe('a change of an incident that is closed meanwhile', () => {
  it('is not begun, and nobody is asked', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      const handle = await start(name, { safety: { ...SAFETY, mode: 'approve' } });
      const { approvals } = await untilState(handle, 'waitingForApproval');
      host.before = async (activity) => {
        if (activity !== 'ensureRestarted') return;
        await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'mine' }] });
      };
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash: approvals[0]!.hash }] });
      const result = (await handle.result()) as IncidentView;
      expect(host.restarts).toEqual(['redis']);
      expect(result.approvals).toHaveLength(1);
    });
  });
});
