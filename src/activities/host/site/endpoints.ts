import { METRICS } from '../../../shared/observations/series';
import type { MetricWord } from '../../../shared/observations/series';
import type { EndpointState } from '../../../shared/observations/probes';
import type { OutboxSource } from '../../../shared/observations/events/outbox';
import { once } from './need';
import type { Need, Site } from './need';

/** A path that is not there. KingFisher that says it is not well is another matter. */
const NOT_FOUND = [404, 405, 410, 501];

const PLACES: Record<MetricWord, string[]> = {
  pipelineFailures: ['B.diagnosis'],
  securityViolations: ['C.diagnosis'],
  analysisDuration: ['D.diagnosis'],
  analysisBacklog: ['D.diagnosis'],
  databaseConnections: ['B.3'],
  databaseConnectionsMax: ['B.3'],
  outboxPending: ['F.diagnosis'],
  imagesDownloaded: ['E.diagnosis'],
};

/** What the pages ask KingFisher itself. While it does not answer at all, that is the only thing to say of it. */
export function endpointNeeds({ settings: { kingfisher }, activities }: Site): Need[] {
  const health = once(() => activities.observeHealth());
  const whileUp = (why: Need['why']) => async () => ((await isUp(health)) ? await why() : undefined);
  const need = (name: keyof typeof kingfisher.probes, places: string[], why: Need['why']): Need => ({
    what: `KingFisher's ${kingfisher.probes[name].path}`,
    places,
    remedy: `set agent.kingfisher.probes.${name}`,
    why: whileUp(why),
  });
  return [
    {
      what: `KingFisher at ${kingfisher.baseUrl}`,
      places: ['A', 'B', 'C', 'D', 'E', 'F'],
      remedy: 'start it, or set agent.kingfisher.baseUrl, and look again: its endpoints were not looked at',
      why: async () => ((await isUp(health)) ? undefined : told((await health()).health)),
    },
    need('health', ['A.diagnosis', 'H.9'], async () => whyNoProbe((await health()).health)),
    need('ready', ['A.diagnosis', 'H.9'], async () => whyNoProbe((await health()).ready)),
    need('metrics', ['A.diagnosis', 'B.diagnosis', 'C.diagnosis', 'D.diagnosis'], async () =>
      whyNotOk((await activities.observeMetrics()).endpoint),
    ),
    need('statistics', ['B.diagnosis'], async () => whyNotOk((await activities.observePluginStatistics()).endpoint)),
    need('telegram', ['E.diagnosis'], async () => {
      const { endpoint, connected, isLimited } = await activities.observeTelegramStatus();
      if (connected !== null || isLimited) return undefined;
      return whyNotOk(endpoint) ?? 'it does not say whether it is connected';
    }),
    need('outbox', ['F.diagnosis'], async () => {
      return whyNoNumber((await activities.observeOutbox({ apartMs: 0 })).last.endpoint);
    }),
    ...METRICS.map((metric) => ({
      what: `the metric ${kingfisher.metrics[metric]}`,
      places: PLACES[metric],
      remedy: `set agent.kingfisher.metrics.${metric}`,
      why: whileUp(async () => {
        const { answer, detail } = await activities.observeSeries({ metric, kind: 'now', by: [] });
        return answer === 'absent' ? detail : undefined;
      }),
    })),
  ];
}

async function isUp(health: () => ReturnType<Site['activities']['observeHealth']>): Promise<boolean> {
  const seen = await health();
  return seen.health.status !== null || seen.ready.status !== null;
}

function whyNoProbe(endpoint: EndpointState): string | undefined {
  const { answer, status } = endpoint;
  const isThere = answer === 'ok' || (answer === 'unhealthy' && !NOT_FOUND.includes(status ?? 0));
  return isThere ? undefined : told(endpoint);
}

/** Of an endpoint that is well only with a body that can be read. */
function whyNotOk(endpoint: EndpointState): string | undefined {
  return endpoint.answer === 'ok' ? undefined : told(endpoint);
}

export function whyNoNumber({ evidence, detail }: OutboxSource): string | undefined {
  return evidence === 'present' ? undefined : `${evidence}, ${detail}`;
}

function told({ answer, status, detail }: EndpointState): string {
  const words = status === null ? answer : answer === 'malformed' ? `${status}, and it cannot be read` : `${status}`;
  return detail === '' ? `answers ${words}` : `answers ${words} (${detail})`;
}
