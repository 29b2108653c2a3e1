import { z } from 'zod';
import { duration, section, someText, textWhere, wholeNumber, withMilliseconds } from './nouns';
import { absoluteFile } from './paths';
import { optionalSecret, secret, secretUrl, url } from './urls';
import type { MetricWord } from '../../shared/observations/series';

/** A probe is one of several within a step of fifteen seconds. */
const LONGEST = '10s';

const urlPath = textWhere('a path that begins with "/"', (text) => /^\/[\x21-\x7e]*$/.test(text));

const headerName = textWhere('the name of a header', (text) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(text));

const headerValue = textWhere('text of printable characters', (text) => /^[\x20-\x7e]*$/.test(text));

const keys = z.array(someText('the name of a key')).min(1, { error: 'expected at least one key' });

const field = section({
  path: keys,
  equals: z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text, a number, true or false' }),
});

function asked(path: string, timeout: string) {
  return { path: urlPath.default(path), ...asking(timeout) };
}

function asking(timeout: string) {
  return {
    timeout: duration({ max: LONGEST }).prefault(timeout),
    headers: z.record(headerName, secret(headerValue)).default({}),
    token: optionalSecret(),
    tokenFile: absoluteFile().nullable().default(null),
  };
}

function endpoint(path: string, timeout = '1s') {
  // Where null: every 2xx.
  const statuses = z.array(wholeNumber(100, 599)).min(1, { error: 'expected at least one status' });
  const well = { statuses: statuses.nullable().default(null), field: field.nullable().default(null) };
  return section({ ...asked(path, timeout), ...well }).transform(withMilliseconds);
}

/** What it says of its connection to Telegram. Without a field: wherever such an answer usually says it. */
const telegram = endpoint('/api/v1/telegram/status', '3s').prefault({});

const metrics = section(asked('/metrics', '5s')).transform(withMilliseconds);

/** Its statistics of the outbox, and where in them the two numbers are. */
const outbox = section({
  ...asked('/api/v1/outbox/stats', '5s'),
  pending: keys.default(['pending']),
  // In seconds.
  oldestAge: keys.default(['oldest_age_seconds']),
}).transform(withMilliseconds);
/** The document's statistics of plugins. */
const statistics = section(asked('/api/v1/master-summary/statistics', '5s')).transform(withMilliseconds);

const labelName = textWhere('the name of a label', (text) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text));

/** `agent.prometheus:` who scrapes this host's KingFisher. */
export const prometheus = section({
  url: secretUrl('http', 'https'),
  // Labels that only the series of this host's KingFisher have.
  match: z.record(labelName, someText()).refine((labels) => Object.keys(labels).length > 0, {
    error: 'expected at least one label, such as instance: without one the series of all hosts would add up',
  }),
  ...asking('5s'),
}).transform(withMilliseconds);

/** `agent.openai:` who KingFisher's analyses wait for. It is asked without a token how long it takes to answer. */
export const openai = section({
  url: url('http', 'https').default('https://api.openai.com'),
  path: urlPath.default('/v1/models'),
  // For each of two looks.
  timeout: duration({ max: '6s' }).prefault('5s'),
}).transform(withMilliseconds);

const metricName = textWhere('the name of a metric', (text) => /^[A-Za-z_:][A-Za-z0-9_:]*$/.test(text));

/** `agent.kingfisher.metrics:` how this site calls what runbooks ask for. */
export const metricNames = section({
  pipelineFailures: metricName.default('kingfisher_pipeline_failures_total'),
  securityViolations: metricName.default('kingfisher_security_violations_total'),
  analysisDuration: metricName.default('kingfisher_analysis_duration_seconds'),
  analysisBacklog: metricName.default('kingfisher_analysis_backlog'),
  databaseConnections: metricName.default('db_connections_active'),
  databaseConnectionsMax: metricName.default('db_connections_max'),
  outboxPending: metricName.default('kingfisher_outbox_pending'),
  imagesDownloaded: metricName.default('kingfisher_images_downloaded_total'),
} satisfies Record<MetricWord, unknown>);

/** How KingFisher is asked whether it is well, and for what its alerts are made of. */
export const probes = section({
  health: endpoint('/health').prefault({}),
  ready: endpoint('/ready').prefault({}),
  metrics: metrics.prefault({}),
  outbox: outbox.prefault({}),
  telegram,
  statistics: statistics.prefault({}),
});
