import type { Client } from '@temporalio/client';
import type { Config } from '../../config';
import { incidentReport } from '../../report/incident/document';
import { countedOf } from '../../shared/figures/counted';
import { recurrenceOf, recurrencesFrom } from '../../shared/figures/recurrence';
import type { ReportDocument } from '../../shared/report/document';
import { UsageError } from '../support/usage';
import { knownSince } from './known';
import { metricOf } from './metric';
import { readIncident } from './read-incident';

interface Wanted {
  run: string | undefined;
  prometheus: string | undefined;
  madeAt: string;
}

/** The report of an incident, with how often it came before and the metric that alerted. */
export async function incidentDocument(
  client: Client,
  config: Config,
  named: string,
  { run, prometheus, madeAt }: Wanted,
): Promise<ReportDocument> {
  if (/^(?:escalation\/)?lease\//.test(named))
    throw new UsageError(`report: ${named} is a lease: "halcyon leases" shows it`);
  const incident = await readIncident(client, config, named, run);
  const { view } = incident;
  const { incidents: others } = await knownSince(
    client,
    config,
    recurrencesFrom(view.startsAt),
    view.host ?? undefined,
  );
  const metric = await metricOf(view, prometheus ?? config.agent?.prometheus?.url ?? null, {
    endedAt: incident.endedAt,
    madeAt,
  });
  return incidentReport({ incident, recurrence: recurrenceOf(countedOf(incident), others), metric, madeAt });
}
