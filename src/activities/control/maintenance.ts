import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/activity';
import { errorText } from '../../host/errors';
import { INCIDENT_RUNS, queryText } from '../../shared/ids';
import { MAINTENANCE } from '../../shared/maintenance';
import type { MaintenanceName } from '../../shared/maintenance';
import type { PagedTeam } from '../../shared/paging/escalation';
import { reportToTeam } from './paging/team-report';
import type { MaintenanceControlActivities, PagingActivities } from './types';

const TOLD_AT_MOST = 5;
const PING_MS = 10_000;

export interface MaintenanceDeps {
  client: Client;
  /** `pagers.pings`: where a run says that it was; null for nowhere. Secret. */
  pings: Record<MaintenanceName, string | null>;
  pageSlack: PagingActivities['pageSlack'];
  onDuty(): PagedTeam;
}

/** What maintenance needs besides the host: whether an incident is open there, and who hears of it. */
export function createMaintenanceControl(deps: MaintenanceDeps): MaintenanceControlActivities {
  const { client, pings, pageSlack, onDuty } = deps;
  return {
    async observeOpenIncidents({ host }) {
      const of = `HalcyonHost = ${queryText(host)}`;
      const query = `${INCIDENT_RUNS} AND ExecutionStatus = "Running" AND ${of}`;
      const open: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query, pageSize: TOLD_AT_MOST })) {
        open.push(workflowId);
        if (open.length === TOLD_AT_MOST) break;
      }
      return open.sort();
    },
    async tellMaintenance({ name, team, ...report }) {
      const { workflow: runbook, title: alertname } = MAINTENANCE[name];
      await reportToTeam(pageSlack, team ?? onDuty(), { ...report, runbook, alertname });
    },
    async pingDeadMan({ name }) {
      const url = pings[name];
      if (url === null) return 'notConfigured';
      await ping(url);
      return 'sent';
    },
  };
}

/** Its address is a secret: no error has it. */
async function ping(url: string): Promise<void> {
  let status: number;
  try {
    const response = await fetch(url, { method: 'POST', redirect: 'error', signal: AbortSignal.timeout(PING_MS) });
    await response.body?.cancel();
    status = response.status;
  } catch (err) {
    const cause = err instanceof Error && err.cause instanceof Error ? err.cause : err;
    throw notSent(errorText(cause).replaceAll(url, '…'), false);
  }
  if (status >= 200 && status < 300) return;
  throw notSent(`it answered ${status}`, status >= 400 && status < 500 && status !== 429);
}

function notSent(why: string, isFinal: boolean): ApplicationFailure {
  const message = `who watches that maintenance runs (pagers.pings) did not hear of it: ${why}`;
  const type = isFinal ? 'PageNotDelivered' : 'PageNotYetDelivered';
  return ApplicationFailure.create({ message, type, nonRetryable: isFinal });
}
