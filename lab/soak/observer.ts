import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { incidentWorkflowId } from '../../src/alerts/incident-id';
import { searchAttributes } from '../../src/shared/search-attributes';
import type { IncidentView } from '../../src/shared/incident';
import { ALERT } from '../demo/act';
import { answers } from '../daemon';
import { alertsIn } from '../monitoring/firing';
import type { Sample } from './record';
import { HOST } from './site';
import type { SoakSite } from './site';

const EVERY_MS = 500;

/** Looks from outside, by no means of Halcyon: at KingFisher itself, at Prometheus, Temporal and the pagers. */
export class Observer {
  readonly samples: Sample[] = [];
  private last: Sample['incident'] = null;

  constructor(private readonly site: SoakSite) {}

  async observeUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = Date.now() + EVERY_MS;
      this.samples.push(await this.sample());
      await sleep(Math.max(1, next - Date.now()), undefined, { signal }).catch(() => undefined);
    }
  }

  get isWell(): boolean {
    return this.samples.at(-1)?.well === true;
  }

  private async sample(): Promise<Sample> {
    const { kingfisherUrl, pagers, monitoring } = this.site;
    const at = Date.now();
    const [health, ready, fires, incident] = await Promise.all([
      answers(`${kingfisherUrl}/health`),
      answers(`${kingfisherUrl}/ready`),
      firesIn(monitoring.prometheusUrl),
      this.incident(),
    ]);
    const told = pagers.pagerduty.incidents.some(({ status }) => status !== 'resolved');
    return { at, well: health && ready, fires, incident, told };
  }

  /** As Temporal has it, which needs no controller. What cannot be asked for a moment is taken to be as before. */
  private async incident(): Promise<Sample['incident']> {
    try {
      const run = await this.site.stack.client.workflow.getHandle(INCIDENT).describe();
      const state = run.typedSearchAttributes.get(searchAttributes.state) as IncidentView['state'] | undefined;
      const activities = (run.raw.pendingActivities ?? []).map((one) => one.activityType?.name ?? '');
      const isOpen = run.status.name === 'RUNNING';
      this.last = isOpen ? { runId: run.runId, state: state ?? 'diagnosing', activities } : null;
    } catch (err) {
      if (err instanceof WorkflowNotFoundError) this.last = null;
    }
    return this.last;
  }
}

export const INCIDENT = incidentWorkflowId(ALERT, HOST);

/** Every run of this host's incident, oldest first. */
export async function incidentRuns(client: Client): Promise<{ runId: string; view: IncidentView }[]> {
  const runs: { runId: string; view: IncidentView }[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${INCIDENT}"` })) {
    const view = await client.workflow
      .getHandle(INCIDENT, runId)
      .query<IncidentView>('timeline')
      .catch(() => undefined);
    if (view !== undefined) runs.push({ runId, view });
  }
  return runs.reverse();
}

async function firesIn(prometheusUrl: string): Promise<boolean | null> {
  try {
    const alerts = await alertsIn(prometheusUrl, 1_000);
    return alerts.some(({ state, labels }) => state === 'firing' && labels['alertname'] === ALERT);
  } catch {
    return null;
  }
}
