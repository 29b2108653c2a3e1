import { BROKEN_RULES_LIMIT, OWN_METRICS_LIMIT } from '../../shared/observations/monitoring';
import type { MetricCatalogue } from '../../shared/observations/monitoring';
import type { AgentSettings } from '../agent-settings';
import { HostError, errorText } from '../errors';
import type { ProbeOptions } from '../probes/answers';
import { fetchMetrics } from '../probes/metrics';
import { metricNames, prometheusRules } from '../series/prometheus-api';
import type { PrometheusRule } from '../series/prometheus-api';
import { metricsOf } from '../series/promql';
import { readExposition } from '../series/samples';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
/** What nobody exposed for so long does not exist any more. */
const SEEN_WITHIN_MS = 604_800_000;
const DETAIL_CHARACTERS = 300;
/** Series that Prometheus makes while an alert is pending or fires. */
const PROMETHEUS_OWN = ['ALERTS', 'ALERTS_FOR_STATE'];
/** What a family's samples are called besides itself. */
const ENDING = /_(?:bucket|sum|count|created|total)$/;

type Settings = Pick<AgentSettings, 'prometheus'> & {
  kingfisher: Pick<AgentSettings['kingfisher'], 'baseUrl' | 'probes'>;
  commands: Pick<AgentSettings['commands'], 'metricPrefix'>;
};

/**
 * Which of these metrics exist: by Prometheus where one is configured and answers, and by what KingFisher says that it
 * exposes, which may not have happened yet.
 *
 * @throws HostError `ObservationFailed` where neither says anything
 */
export async function readMetricCatalogue(
  settings: Settings,
  asked: readonly string[],
  options: ProbeOptions,
): Promise<MetricCatalogue> {
  const troubles: string[] = [];
  const orTrouble = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (err) {
      if (!(err instanceof HostError)) throw err;
      if (!troubles.includes(err.message)) troubles.push(options.redact(errorText(err), DETAIL_CHARACTERS));
      return null;
    }
  };
  const { prometheus } = settings;
  const now = Date.now();
  const span = { from: now - SEEN_WITHIN_MS, to: now };
  const known = prometheus && (await orTrouble(() => metricNames(prometheus, span, options)));
  const rules = prometheus && (await orTrouble(() => prometheusRules(prometheus, options)));
  const own = await orTrouble(() => readOwn(settings, options));
  if (known === null && own === null) throw new HostError('ObservationFailed', troubles.join('; '));

  const recorded = (rules ?? []).filter(({ isRecording }) => isRecording).map(({ name }) => name);
  const families = new Set([...(own ?? []), ...recorded]);
  const isThere = (name: string) =>
    known?.has(name) === true ||
    PROMETHEUS_OWN.includes(name) ||
    families.has(name) ||
    families.has(name.replace(ENDING, ''));
  const absent = [...new Set(asked)].filter((name) => !isThere(name)).sort();
  const isOwn = (name: string) => name.startsWith(settings.commands.metricPrefix);
  return {
    ...{ source: known === null ? 'metrics' : 'prometheus', troubles },
    missing: absent.filter((name) => known !== null || isOwn(name)),
    unknown: absent.filter((name) => known === null && !isOwn(name)),
    own: own === null ? null : [...own].filter(isOwn).sort().slice(0, OWN_METRICS_LIMIT),
    rules: rules === null || known === null ? null : brokenRules(rules, isThere),
  };
}

/** The names of its families, by what it announces; of a sample that nothing announces, by the sample. */
async function readOwn({ kingfisher }: Settings, options: ProbeOptions): Promise<Set<string>> {
  const { baseUrl, probes } = kingfisher;
  const { path } = probes.metrics;
  const { endpoint, body } = await fetchMetrics(baseUrl, probes.metrics, {
    ...options,
    bodyLimitBytes: BODY_LIMIT_BYTES,
  });
  if (endpoint.answer !== 'ok') {
    const words = [endpoint.status ?? endpoint.answer, endpoint.detail].filter((part) => part !== '').join(', ');
    throw new HostError('ObservationFailed', `${path}: ${words}`);
  }
  const exposition = body.length < BODY_LIMIT_BYTES ? readExposition(body) : undefined;
  if (exposition === undefined) throw new HostError('ObservationFailed', `${path} cannot be read as metrics`);
  return new Set([...exposition.families].map((name) => name.replace(ENDING, '')));
}

function brokenRules(
  rules: readonly PrometheusRule[],
  isThere: (name: string) => boolean,
): NonNullable<MetricCatalogue['rules']> {
  const broken = rules.flatMap(({ name, query }) => {
    const missing = metricsOf(query).names.filter((metric) => !isThere(metric));
    return missing.length === 0 ? [] : [{ rule: name, missing }];
  });
  return { read: rules.length, broken: broken.slice(0, BROKEN_RULES_LIMIT) };
}
