import { METRICS } from '../../../shared/observations/series';
import { NOT_CONFIGURED, configured, once } from './need';
import type { Need, Site } from './need';

/** What is asked outside of KingFisher: Prometheus, OpenAI, Telegram. */
export function outsideNeeds(site: Site): Need[] {
  const { settings, activities } = site;
  const { telegram } = settings.kingfisher;
  return [
    {
      what: 'agent.prometheus',
      places: ['B.diagnosis', 'C.diagnosis', 'D.diagnosis'],
      remedy:
        "set agent.prometheus.url and match: until then rates are of two readings of /metrics, and not of the alert's window",
      why: async () => await whyNoPrometheus(site),
    },
    {
      what: 'agent.openai',
      places: ['D.4'],
      remedy: 'set agent.openai.url',
      why: async () => {
        if (settings.openai === null) return NOT_CONFIGURED;
        const { looks, place } = await activities.observeOpenAi();
        // Any status is an answer, and a late one is what page D is about.
        const failed = looks.filter(({ status, answer }) => status === null && answer !== 'timeout');
        return failed.length < looks.length ? undefined : `${place} does not answer: ${failed[0]?.detail}`;
      },
    },
    ...botNeeds(site),
    {
      what: 'agent.kingfisher.telegram.reference',
      places: ['E.2'],
      remedy: 'set it to another host, to tell whether only Telegram is away',
      why: configured(telegram.reference),
    },
    {
      what: 'agent.kingfisher.telegram.referenceAddress',
      places: ['E.2'],
      remedy: 'set it to an address and port, to tell whether only names are not found',
      why: configured(telegram.referenceAddress),
    },
  ];
}

function botNeeds({ settings: { kingfisher }, activities }: Site): Need[] {
  const bot = once(() => activities.observeTelegramBot());
  const places = ['E.diagnosis', 'E.3', 'E.4'];
  return [
    {
      what: "the token of KingFisher's bot",
      places,
      remedy: 'set agent.kingfisher.telegram.tokenFile, token or tokenVariable',
      why: async () => {
        const { token, endpoint } = await bot();
        if (token === 'rejected') return 'Telegram does not take it';
        return token === 'absent' || token === 'unusable' ? endpoint.detail : undefined;
      },
    },
    {
      what: `Telegram's Bot API at ${kingfisher.telegram.apiUrl}`,
      places,
      remedy: 'let this host reach it, or set agent.kingfisher.telegram.apiUrl',
      why: async () => {
        const { token, endpoint, retryAfterMs } = await bot();
        if (token !== 'unknown' || retryAfterMs !== null) return undefined;
        return `answers ${[endpoint.status ?? endpoint.answer, endpoint.detail].filter(String).join(', ')}`;
      },
    },
    {
      what: 'agent.kingfisher.telegram.channel',
      places: ['E.4'],
      remedy: 'set it to "@name" or the number of the channel that images come from',
      why: configured(kingfisher.telegram.channel),
    },
  ];
}

/** It answers, and has something of this host. A wrong `match` would look like a KingFisher that never fails. */
async function whyNoPrometheus({ settings, activities }: Site): Promise<string | undefined> {
  if (settings.prometheus === null) return NOT_CONFIGURED;
  const seen = await Promise.all(
    METRICS.map(async (metric) => await activities.observeSeries({ metric, kind: 'now', by: [] })),
  );
  if (seen.some(({ source, series }) => source === 'prometheus' && series.length > 0)) return undefined;
  const said = seen.map(({ detail }) => /Prometheus: ([^;]*)/.exec(detail)?.[1]).find((one) => one !== undefined);
  return said === undefined ? 'it has no series with the labels of agent.prometheus.match' : `answers ${said}`;
}
