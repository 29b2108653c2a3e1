import { Context } from '@temporalio/activity';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import type { CoordinationActivities } from '../../../src/activities/control/types';
import { escalationId } from '../../../src/shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { acknowledgeUpdate, closedSignal } from '../../../src/workflows/messages';
import { PLAN, subject } from '../../support/escalations';
import { incidentInput } from '../../support/incidents';
import { CalledIncidents, closed, isOpen, runOf, statusOf, titles } from '../../support/scripted/called-incidents';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { endClockSignal, leaveSignal, lostQuery, takeUpdate } from '../../support/workflows/clock-workflows';

const WAIT = { deadlineMs: 60_000, everyMs: 100 };
type Closing = Parameters<CoordinationActivities['startClosing']>[0];

let site: WorkflowSite;
/** Called before a clock hands over to whoever tells its end; may throw. */
let beforeClosing: (closing: Closing) => void = () => undefined;

beforeAll(async () => {
  const startClosing = async (closing: Closing) => {
    beforeClosing(closing);
    await createCoordinationActivities(site.env.client).startClosing(closing);
  };
  const workflowsPath = require.resolve('../../support/workflows/clock-workflows');
  site = await WorkflowSite.up({ startServer: startLocal, workflowsPath, control: { startClosing } });
});
afterAll(async () => await site?.down());
afterEach(() => {
  beforeClosing = () => undefined;
});

const incidents = new CalledIncidents(() => site);

describe('the clock of an incident that was terminated makes room for the next one', () => {
  it('by itself, also where that takes its time, and everyone whom it called hears the end', async () => {
    await site.withHost(async (host, name) => {
      const handle = await incidents.called(host, name);
      const older = site.env.client.workflow.getHandle(
        escalationId(handle.workflowId),
        await runOf(incidents.clockOf(handle)),
      );
      // Six seconds after it was told to end. It is told ten times, and not as fast as can be.
      beforeClosing = () => {
        if (Context.current().info.attempt < 6) throw new Error('Temporal is busy');
      };
      await handle.terminate();
      const next = await incidents.called(host, name);
      expect(await statusOf(older)).toBe('COMPLETED');
      const isTold = () => incidents.sentAbout(handle, 'closed').length === 2;
      await waitFor(isTold, { what: 'both to hear the end', ...WAIT });
      beforeClosing = () => undefined;
      await closed(next);
    });
  }, 180_000);

  it('and what hears nothing is ended, after it was told ten times', async () => {
    await site.withHost(async (host, name) => {
      const workflowId = `escalation/KingfisherServiceDown/${name}`;
      const deaf = await site.env.client.workflow.start('guard', {
        workflowId,
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [{ host: name }],
      });
      const handle = await incidents.called(host, name);
      expect((await incidents.clockOf(handle).describe()).type).toBe('escalation');
      const inTheWay = site.env.client.workflow.getHandle(workflowId, deaf.firstExecutionRunId);
      expect(await statusOf(inTheWay)).toBe('TERMINATED');
      expect(await timesTold(inTheWay)).toBe(10);
      await closed(handle);
    });
  }, 180_000);
});

/** How often it was told to close. */
async function timesTold(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  const signals = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
  return signals.filter((name) => name === closedSignal.name).length;
}

it('who takes an incident that has no clock yet is refused, and nobody is told of a clock that was lost', async () => {
  await site.withHost(async (_host, name) => {
    const start = new WithStartWorkflowOperation('serviceDown', {
      workflowId: `incident/KingfisherServiceDown/${name}`,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [incidentInput(name)],
      workflowIdConflictPolicy: 'FAIL',
    });
    const early = site.env.client.workflow.executeUpdateWithStart(acknowledgeUpdate, {
      args: [{ as: 'anna' }],
      startWorkflowOperation: start,
    });
    const why = expect.stringContaining('no clock of this incident takes it');
    await expect(early).rejects.toMatchObject({ cause: { message: why } });
    const handle = await start.workflowHandle();
    expect(await titles(handle)).not.toContain('The clock was ended from outside');
    await handle.result();
  });
}, 120_000);

describe('the clock of an incident that told it the end, and is still open', () => {
  async function begun(): Promise<{ owner: WorkflowHandle; clock: WorkflowHandle }> {
    const about = subject(Date.now());
    const { workflow } = site.env.client;
    const owner = await workflow.start('clockOwner', {
      workflowId: about.workflowId,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [{ subject: about, plan: PLAN }],
    });
    const clock = workflow.getHandle(escalationId(about.workflowId));
    await waitFor(() => isOpen(clock), { what: 'its clock', ...WAIT });
    return { owner, clock };
  }

  const takes = async (owner: WorkflowHandle) => await owner.executeUpdate(takeUpdate, { args: ['anna'] });

  async function left(owner: WorkflowHandle): Promise<void> {
    await owner.signal(leaveSignal);
    await owner.result();
  }

  it('is no loss: nothing begins in its place, and who takes it then is refused', async () => {
    await site.withController(async () => {
      const { owner, clock } = await begun();
      const first = await runOf(clock);
      await owner.signal(endClockSignal);
      await waitFor(() => knowsTheEnd(owner), { what: 'the owner to know', ...WAIT });
      expect(await takes(owner)).toBe(false);
      await left(owner);
      expect(await owner.query(lostQuery)).toBe(0);
      expect(await runOf(clock)).toBe(first);
    });
  }, 120_000);

  it('takes who has it, as long as it tells the end', async () => {
    await site.withController(async () => {
      const { owner, clock } = await begun();
      let isTelling = false;
      beforeClosing = () => {
        isTelling = true;
        throw new Error('Temporal is busy');
      };
      await owner.signal(endClockSignal);
      await waitFor(() => isTelling, { what: 'the clock to tell the end', ...WAIT });
      expect(await takes(owner)).toBe(true);
      beforeClosing = () => undefined;
      await waitFor(async () => !(await isOpen(clock)), { what: 'the clock to end', ...WAIT });
      await left(owner);
    });
  }, 120_000);
});

/** That its clock has ended was told to it. */
async function knowsTheEnd(owner: WorkflowHandle): Promise<boolean> {
  const { events } = await owner.fetchHistory();
  return (events ?? []).some((event) => event.childWorkflowExecutionCompletedEventAttributes);
}
