import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Command } from 'commander';
import { periodReport } from '../../report/week/document';
import { render } from '../../report/render';
import type { ReportFormat } from '../../report/render';
import type { ReportDocument } from '../../shared/report/document';
import { INCIDENT } from '../incident/find-incident';
import { sinceOf } from '../incident/incident-list';
import { plain } from '../incident/print-timeline';
import { withClient } from '../support/connect';
import { UsageError } from '../support/usage';
import { incidentDocument } from './incident';
import { knownSince, recurrencesFrom } from './known';
import { maintenanceDocument } from './maintenance';

interface ReportOptions {
  since?: string;
  run?: string;
  html?: boolean;
  md?: boolean;
  json?: boolean;
  output?: string;
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
  const format = formatOf(options);
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
        format,
        options,
      );
    }
    const document = what!.startsWith(MAINTENANCE_PREFIX)
      ? await maintenanceDocument(client, what!, made)
      : await incidentDocument(client, config, what!, made);
    await hand(document, format, options);
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

async function hand(document: ReportDocument, format: ReportFormat, { output }: ReportOptions): Promise<void> {
  const text = render(document, format);
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    await writeFile(output, text);
  } catch (err) {
    throw new Error(`${plain(output)} cannot be written: ${(err as Error).message}`, { cause: err });
  }
  process.stdout.write(`${plain(document.title)}: written to ${plain(output)}\n`);
}

/** As it was asked for, else as the file's name says, else Markdown. */
function formatOf({ html, md, json, output }: ReportOptions): ReportFormat {
  const asked = Object.entries({ html, md, json }).flatMap(([name, isAsked]) => (isAsked === true ? [name] : []));
  if (asked.length > 1)
    throw new UsageError(`report: expected one of --html, --md and --json, got --${asked.join(' and --')}`);
  const [only = output === undefined ? 'md' : (EXTENSIONS[extname(output).toLowerCase()] ?? 'md')] = asked;
  return only as ReportFormat;
}

const EXTENSIONS: Record<string, ReportFormat> = { '.html': 'html', '.htm': 'html', '.md': 'md', '.json': 'json' };
