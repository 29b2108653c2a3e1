/** What each path answers. */
import type { IncomingMessage } from 'node:http';
import type { Guard } from './access/guard';
import type { Environment } from './configuration';
import { allOk, checkDependencies, type Checks } from './probes/dependencies';
import type { Limits } from './limits';
import { family, sample, type Metrics, type Series } from './metrics';
import { json, type Page } from './page';
import type { Work } from './tasks/work';

export interface Service {
  environment: Environment;
  metrics: Metrics;
  limits: Limits;
  guard: Guard;
  startedAt: Date;
  /** Null in the first moments: what it stands on is loaded once the service answers. */
  work: Work | null;
}

/** The page of a request; 404 for what the service does not have. */
export async function answer(service: Service, request: IncomingMessage): Promise<Page> {
  const path = (request.url ?? '/').split('?')[0]!;
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(405, { error: 'method not allowed' });
  if (path.startsWith('/api/v1/analysis')) return service.guard.answer(request);
  const page = PAGES[path];
  return page === undefined ? json(404, { error: 'not found' }) : page(service);
}

const PAGES: Record<string, (service: Service) => Page | Promise<Page>> = {
  '/health': health,
  '/ready': ready,
  '/metrics': metricsPage,
  '/api/v1/master-summary/statistics': statistics,
  '/api/v1/telegram/status': telegram,
  '/api/v1/outbox/stats': outbox,
};

function health({ startedAt }: Service): Page {
  const uptimeSeconds = (Date.now() - startedAt.getTime()) / 1_000;
  return json(200, { status: 'ok', version: '1.1.0', pid: process.pid, uptime_seconds: uptimeSeconds });
}

async function ready({ environment }: Service): Promise<Page> {
  const checks = await checkDependencies(environment);
  return json(allOk(checks) ? 200 : 503, { ready: allOk(checks), checks });
}

function statistics({ metrics, work }: Service): Page {
  return json(200, {
    summaries_generated: metrics.analysis.observations(),
    mean_analysis_seconds: Number(metrics.analysis.mean().toFixed(3)),
    backlog: metrics.backlog,
    pipeline_failures: metrics.pipelineFailures.byFirstLabel(),
    pipeline_failures_total: metrics.pipelineFailures.total(),
    plugins: work?.plugins.use() ?? {},
  });
}

function telegram({ metrics, work }: Service): Page {
  const images = metrics.imagesDownloaded.total();
  return json(200, work?.telegram() ?? { bot: 'connected', images_downloaded: images, rate_limited: false });
}

async function outbox({ work, environment, metrics }: Service): Promise<Page> {
  const published = metrics.outboxPublished.total();
  if (!environment.dependencies.includes('postgres')) return json(200, { pending: 0, published });
  if (work === null || work.outbox === null) return json(503, { error: 'starting' });
  try {
    return json(200, await work.outbox.statistics(published));
  } catch (error) {
    return json(503, { error: (error as Error).message });
  }
}

async function metricsPage({ environment, metrics, limits, startedAt }: Service): Promise<Page> {
  const checks = await checkDependencies(environment);
  const body = [...counters(metrics), ...gauges(metrics, checks, startedAt), ...limitGauges(limits)].join('\n') + '\n';
  return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body };
}

function counters(metrics: Metrics): string[] {
  const counter = (name: string, help: string, series: Series): string =>
    family(
      name,
      'counter',
      help,
      series.samples().map(([labels, value]) => sample(name, labels, value)),
    );
  const duration = 'kingfisher_analysis_duration_seconds';
  return [
    counter('kingfisher_pipeline_failures_total', 'Failed pipeline steps.', metrics.pipelineFailures),
    counter('kingfisher_security_violations_total', 'Refused requests.', metrics.securityViolations),
    counter('kingfisher_images_downloaded_total', 'Images downloaded from Telegram.', metrics.imagesDownloaded),
    counter('kingfisher_outbox_published_total', 'Events published.', metrics.outboxPublished),
    family(duration, 'histogram', 'Time of one analysis.', metrics.analysis.render(duration)),
  ];
}

function gauges(metrics: Metrics, checks: Checks, startedAt: Date): string[] {
  const gauge = (name: string, help: string, value: number): string =>
    family(name, 'gauge', help, [sample(name, {}, value)]);
  const up = Object.entries(checks).map(([dependency, answer]) =>
    sample('kingfisher_dependency_up', { dependency }, Number(answer === 'ok')),
  );
  const pool = metrics.pool();
  return [
    gauge('kingfisher_ready', 'Whether all dependencies answer.', Number(allOk(checks))),
    family('kingfisher_dependency_up', 'gauge', 'Whether a dependency answers.', up),
    ...(metrics.outboxPending === null
      ? []
      : [gauge('kingfisher_outbox_pending', 'Events that wait to be published.', metrics.outboxPending)]),
    ...(metrics.lastImageAt === null
      ? []
      : [gauge('kingfisher_last_image_timestamp_seconds', 'When the last image came.', metrics.lastImageAt)]),
    gauge('kingfisher_analysis_backlog', 'Analyses that wait for a worker.', metrics.backlog),
    gauge('db_connections_active', 'Database connections in use.', pool.active),
    gauge('db_connections_idle', 'Database connections that wait for work.', pool.idle),
    gauge('db_connections_waiting', 'Requests that wait for a database connection.', pool.waiting),
    gauge('db_connections_max', 'Limit of the database connection pool.', pool.max),
    gauge('process_start_time_seconds', 'Start of the process.', startedAt.getTime() / 1_000),
  ];
}

/** What is in effect, which may be older than what the file says. */
function limitGauges({ maxQps, maxWorkers, requestsPerMinute, fallbackMode }: Limits): string[] {
  const gauge = (name: string, help: string, value: number): string =>
    family(name, 'gauge', help, [sample(name, {}, value)]);
  return [
    gauge('kingfisher_openai_max_qps', 'Most requests to OpenAI in a second.', maxQps),
    ...(requestsPerMinute === null
      ? []
      : [gauge('kingfisher_requests_per_minute', 'Most requests of a client in a minute.', requestsPerMinute)]),
    gauge('kingfisher_fallback_mode', 'Whether analyses are made without OpenAI.', Number(fallbackMode)),
    gauge('kingfisher_orchestrator_max_workers', 'Analyses at a time.', maxWorkers),
  ];
}
