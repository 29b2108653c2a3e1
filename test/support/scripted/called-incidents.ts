import type { WorkflowHandle } from '@temporalio/client';
import { escalationId } from '../../../src/shared/ids';
import type { IncidentView } from '../../../src/shared/incident';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { closeUpdate } from '../../../src/workflows/messages';
import { alert, incidentInput, startIncident, untilState } from '../incidents';
import { beyondHelp } from './beyond-help';
import type { WorkflowSite } from '../sites/workflow-site';
import { waitFor } from '../wait-for';

const WAIT = { deadlineMs: 60_000, everyMs: 100 };

export const runOf = async (handle: WorkflowHandle) => (await handle.describe()).runId;
export const statusOf = async (handle: WorkflowHandle) => (await handle.describe()).status.name;
export const isOpen = async (handle: WorkflowHandle) => (await statusOf(handle)) === 'RUNNING';
export const titles = async (handle: WorkflowHandle) =>
  (await handle.query<IncidentView>('timeline')).timeline.map(({ title }) => title);

/** A person closes it; until it has ended. */
export async function closed(handle: WorkflowHandle): Promise<void> {
  await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'done by hand' }] });
  await waitFor(async () => !(await isOpen(handle)), { what: 'the end', ...WAIT });
}

export async function untilAnotherRun(handle: WorkflowHandle, than: string): Promise<void> {
  const isAnother = async () => (await runOf(handle)) !== than && (await isOpen(handle));
  await waitFor(isAnother, { what: `another run of ${handle.workflowId}`, ...WAIT });
}

/** Incidents that people are called for, and their clocks. */
export class CalledIncidents {
  /** @param site is up when it is asked for */
  constructor(private readonly site: () => WorkflowSite) {}

  /** Nothing helps this host. */
  async begin(host: ScriptedHost, name: string, input: object = {}): Promise<WorkflowHandle> {
    beyondHelp(host);
    return await startIncident(this.site().env.client, name, alert(), incidentInput(name, input));
  }

  /** The same; people are called at once. */
  async called(host: ScriptedHost, name: string, input: object = {}): Promise<WorkflowHandle> {
    const handle = await this.begin(host, name, input);
    await untilState(handle, 'waitingForPeople');
    const newest = this.site().env.client.workflow.getHandle(handle.workflowId);
    await waitFor(async () => (await newest.query<IncidentView>('timeline')).tier === 1, { what: 'tier 1', ...WAIT });
    return newest;
  }

  clockOf({ workflowId }: WorkflowHandle): WorkflowHandle {
    return this.site().env.client.workflow.getHandle(escalationId(workflowId));
  }

  /** What was sent about it, as `tier slack`, each time that it was. */
  sentAbout({ workflowId }: WorkflowHandle, kind: string): string[] {
    const about = this.site().pagers.sent.filter(({ input }) => input.subject.workflowId === workflowId);
    return about
      .filter(({ input }) => input.page.kind === kind)
      .map(({ channel }) => `${kind} ${channel}`)
      .sort();
  }
}
