import { HostError } from '../../../host/errors';
import { listHeldFiles } from '../../../host/processes/open-file-list';
import { fetchMetrics, readMetrics } from '../../../host/probes/metrics';
import type { MetricsAnswer, TopicAnswers, TopicRequest } from '../../../shared/topics/answers';
import type { HostDeps } from '../core/deps';
import { lookAtHealth } from '../service/health';
import { listOwn } from '../service/processes';
import { observeLoad } from '../latency/load';
import { partOf } from './part';

const BODY_LIMIT_BYTES = 1024 * 1024;
const SAMPLES_TOLD = 200;
const SAMPLE_CHARACTERS = 240;
const SAMPLES_READ = 20_000;
const BUCKET = '_bucket';

/** `systemctl status kingfisher`, and `curl …/health` with what it leaves out. */
export async function answerService(deps: HostDeps, signal: AbortSignal): Promise<TopicAnswers['service']> {
  const { redact, findManager } = deps;
  const [state, starts, health] = await Promise.all([
    partOf(redact, signal, async (within) => await findManager('kingfisher').observe(within)),
    partOf(redact, signal, async (within) => await findManager('kingfisher').observeRecentStarts(within)),
    partOf(redact, signal, async (within) => await lookAtHealth(deps, within)),
  ]);
  return { state, starts, health };
}

/** `curl …/metrics | grep kingfisher_` */
export async function answerMetrics(
  deps: HostDeps,
  { match = '' }: TopicRequest,
  signal: AbortSignal,
): Promise<TopicAnswers['metrics']> {
  return { metrics: await partOf(deps.redact, signal, async (within) => await readOwnMetrics(deps, match, within)) };
}

async function readOwnMetrics(
  { settings, redact }: HostDeps,
  match: string,
  signal: AbortSignal,
): Promise<MetricsAnswer> {
  const { baseUrl, probes } = settings.kingfisher;
  const { path } = probes.metrics;
  const options = { redact, signal, bodyLimitBytes: BODY_LIMIT_BYTES };
  const { endpoint, body } = await fetchMetrics(baseUrl, probes.metrics, options);
  const { format } = readMetrics(body);
  if (endpoint.answer !== 'ok') throw failed(`${path}: ${endpoint.status ?? endpoint.answer} ${endpoint.detail}`);
  if (format !== 'prometheus') throw failed(`${path} answers what Prometheus cannot read (${format})`);
  const prefix = settings.commands.metricPrefix;
  const said = body.split('\n').filter((line) => line.startsWith(prefix));
  const isBucket = (line: string) => (line.split(/[\s{]/, 1)[0] ?? '').endsWith(BUCKET);
  const isWanted = (line: string) => match.includes(BUCKET) || !isBucket(line);
  // What it is narrowed by is looked for in what may be shown: else one could guess at the rest.
  const samples = said
    .filter(isWanted)
    .slice(0, SAMPLES_READ)
    .map((line) => redact(line.trim(), SAMPLE_CHARACTERS))
    .filter((line) => line.includes(match));
  return {
    path,
    prefix,
    samples: samples.slice(0, SAMPLES_TOLD),
    more: Math.max(0, samples.length - SAMPLES_TOLD),
    buckets: said.filter((line) => !isWanted(line)).length,
  };
}

/** `ps aux`, and `lsof -p` of the main process. */
export async function answerProcesses(
  { settings, redact, findManager }: HostDeps,
  signal: AbortSignal,
): Promise<TopicAnswers['processes']> {
  const { user, installDir } = settings.kingfisher;
  const [list, open] = await Promise.all([
    partOf(redact, signal, async () => await listOwn(user, installDir, redact)),
    partOf(redact, signal, async (within) => {
      const { mainPid, unit } = await findManager('kingfisher').observe(within);
      if (mainPid === null) throw failed(`${unit} has no main process`);
      return await listHeldFiles(mainPid, redact);
    }),
  ]);
  return { list, open };
}

/** One round of `iostat` and `sar`, and `free`. */
export async function answerPerformance(
  deps: HostDeps,
  { windowMs = 1_000 }: TopicRequest,
  signal: AbortSignal,
): Promise<TopicAnswers['performance']> {
  return { load: await partOf(deps.redact, signal, async (within) => await observeLoad(deps, windowMs, within)) };
}

function failed(what: string): HostError {
  return new HostError('ObservationFailed', what.trim());
}
