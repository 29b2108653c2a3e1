import type { MaintenanceMessage, PagingActivities } from '../types';
import type { PagedTeam } from '../../../shared/paging/escalation';

export interface TeamReport extends Omit<MaintenanceMessage, 'name' | 'host' | 'team'> {
  host: string | null;
  /** What it is of, in place of an incident's own. */
  runbook: string;
  alertname: string;
}

/** What a team reads in its channel, and nobody is called for. */
export async function reportToTeam(
  pageSlack: PagingActivities['pageSlack'],
  team: PagedTeam,
  { title, facts, key, startsAt, ...of }: TeamReport,
): Promise<void> {
  await pageSlack({
    subject: { ...of, firing: 1, severity: 'info', startsAt, summary: title },
    ...{ team, page: { kind: 'report', title, facts }, key, threadTs: null },
  });
}
