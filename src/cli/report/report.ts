import { Command } from 'commander';
import { periodReport } from '../../report/week/document';
import { recurrencesFrom } from '../../shared/figures/recurrence';
import { INCIDENT } from '../incident/find-incident';
import { sinceOf } from '../incident/incident-list';
import { withClient } from '../support/connect';
import { UsageError } from '../support/usage';
import { formatOf, hand } from './hand';
import type { HandOptions } from './hand';
import { incidentDocument } from './incident';
import { knownSince } from './known';
import { maintenanceDocument } from './maintenance';

interface ReportOptions extends HandOptions {
  since?: string;
  run?: string;
  prometheus?: string;
  config?: string;
}

const MAINTENANCE_PREFIX = 'maintenance/';

/** `halcyon report <incident>`, `halcyon report maintenance/weekly/h1` and `halcyon report --since 7d`. */
export function createReportCommand(): Command {
  return new Command('report')
    .description('what happened: in one incident, in one maintenance run, or in all incidents since some time')
    .argument('[what]', `${INCIDENT}; or maintenance/<name>/<host>`)
    .option('--since <when>', 'all incidents since then: 7d, 2026-11-23, 2026-11-23T03:00Z')
    .option('--run <run>', 'an earlier one, as "incident list" shows its run')
    .option('--html', 'one HTML file that needs nothing else, with charts')
    .option('--md', 'Markdown (the default)')
    .option('--json', 'print JSON')
    .option('--output <file>', 'write it there; a name that ends in .html, .md or .json says the format')
    .option('--prometheus <url>', 'where the metric that alerted is read (default: agent.prometheus.url)')
    .option('--config <file>', 'configuration file')
    .action(report);
}

async function report(what: string | undefined, options: ReportOptions): Promise<void> {
  formatOf(options);
  const now = Date.now();
  const since = options.since === undefined ? null : sinceOf(options.since, now);
  if ((what === undefined) === (since === null)) {
    throw new UsageError('report: expected either an incident, such as h1, or a time, such as --since 7d');
  }
  if (options.run !== undefined && what === undefined) throw new UsageError('report: --run needs an incident');
  if (since !== null && Date.parse(since) >= now) throw new UsageError(`--since: ${since} is not over yet`);
  await withClient(options, async (client, config) => {
    const madeAt = new Date(now).toISOString();
    const made = { run: options.run, prometheus: options.prometheus, madeAt };
    if (since !== null) {
      const known = await knownSince(client, config, recurrencesFrom(since));
      return await hand(
        periodReport({ ...inPeriod(known.incidents, since), gaps: known.gaps, since, madeAt }),
        options,
      );
    }
    const document = what!.startsWith(MAINTENANCE_PREFIX)
      ? await maintenanceDocument(client, what!, made)
      : await incidentDocument(client, config, what!, made);
    await hand(document, options);
  });
}

/** What began, ended or was open in it, and what was over before. */
function inPeriod<T extends { as: string; startsAt: string; endedAt: string | null }>(
  known: readonly T[],
  since: string,
) {
  const from = Date.parse(since);
  const isIn = ({ startsAt, endedAt }: T) =>
    endedAt === null || Date.parse(endedAt) >= from || Date.parse(startsAt) >= from;
  return { incidents: known.filter(isIn), earlier: known.filter((one) => !isIn(one)) };
}
