import { createHash } from 'node:crypto';
import { firingKey } from '../../../shared/paging/escalation';
import type { Subject } from '../../../shared/paging/escalation';
import { notDelivered, notYetDelivered, retryAfterMs } from './page-failures';
import { cut } from '../../../shared/text/text';
import type { PageMessage } from './page-message';
import type { PageInput } from '../types';

/** `pagers.pagerduty` of halcyon.yaml. */
export interface PagerdutySettings {
  /** PagerDuty service to its integration key. */
  routingKeys: Record<string, string>;
  eventsUrl: string;
}

type Action = 'trigger' | 'acknowledge' | 'resolve';

const TIMEOUT_MS = 5_000;
const MAX_DEDUP_KEY = 255;
const MAX_SUMMARY = 1_024;

/** One incident of PagerDuty for each firing and service: its end, which may arrive late, ends no later one. A name that is too long ends in its hash. */
export function dedupKey(subject: Pick<Subject, 'workflowId' | 'runId' | 'firing'>): string {
  const key = `halcyon/${subject.workflowId}/${firingKey(subject)}`;
  if (key.length <= MAX_DEDUP_KEY) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return `${key.slice(0, MAX_DEDUP_KEY - hash.length - 1)}/${hash}`;
}

/** What an event of PagerDuty does for this message; null where it has none. */
export function pagerdutyAction({ page }: PageInput): Action | null {
  switch (page.kind) {
    case 'tier':
    case 'asked':
    case 'monitoring':
    case 'test':
    // Beside a page that stands it rings nobody again.
    case 'note':
      return 'trigger';
    case 'report':
      return null;
    case 'acknowledged':
      return 'acknowledge';
    case 'closed':
      return page.outcome === 'gone' ? null : 'resolve';
    case 'testOver':
      return 'resolve';
  }
}

/** Sends one event. Sent again it is the same one, by its `dedup_key`. */
export async function sendToPagerduty(
  settings: PagerdutySettings,
  input: PageInput,
  action: Action,
  message: PageMessage | null,
  now: Date,
): Promise<{ dedupKey: string }> {
  const service = input.team.pagerdutyService;
  if (service === null) {
    throw notDelivered(`${input.team.name} has no PagerDuty service: set escalation.teams.*.pagerdutyService`);
  }
  const routingKey = Object.entries(settings.routingKeys).find(([name]) => name === service)?.[1];
  if (routingKey === undefined) {
    throw notDelivered(`no key for ${service}: set it under pagers.pagerduty.routingKeys`);
  }
  const key = dedupKey(input.subject);
  const event = {
    routing_key: routingKey,
    event_action: action,
    dedup_key: key,
    ...(message === null ? {} : content(input, message)),
  };
  await enqueue(settings.eventsUrl, event, service, now);
  return { dedupKey: key };
}

/** What a service with dynamic urgency calls loudly for, and what it does not. */
function severityFor({ subject, page }: PageInput): string {
  const isLow = page.kind === 'note' || ('urgency' in page && page.urgency === 'low');
  const severity = subject.severity.toLowerCase();
  const fitting = isLow ? ['warning', 'info'] : ['critical', 'error'];
  return fitting.includes(severity) ? severity : isLow ? 'warning' : 'error';
}

function content(input: PageInput, message: PageMessage): object {
  const { subject } = input;
  const { host, startsAt, alertname, runbook } = subject;
  const toDo = [...message.asks, ...message.commands];
  const facts = Object.fromEntries(
    message.facts.map(({ name, lines, commands = [] }) => [name, [...lines, ...commands].join('\n')]),
  );
  return {
    payload: {
      summary: cut(message.title, MAX_SUMMARY),
      source: host ?? 'unknown host',
      severity: severityFor(input),
      timestamp: startsAt,
      component: 'kingfisher',
      group: alertname,
      class: runbook,
      custom_details: { ...facts, ...(toDo.length === 0 ? {} : { 'To do': toDo.join('\n') }) },
    },
    client: 'Halcyon',
    links: message.links.map(({ name, url }) => ({ href: url, text: name })),
  };
}

async function enqueue(eventsUrl: string, event: object, service: string, now: Date): Promise<void> {
  const response = await fetched(`${eventsUrl.replace(/\/+$/, '')}/v2/enqueue`, event);
  if (response.status === 429) {
    const waitMs = retryAfterMs(response.headers.get('retry-after'), now);
    await response.body?.cancel();
    throw notYetDelivered(`PagerDuty asks to wait for ${service} (429)`, waitMs);
  }
  if (response.ok) {
    await response.body?.cancel();
    return;
  }
  const said = await answerText(response);
  if (response.status >= 500 || response.status === 408) {
    throw notYetDelivered(`PagerDuty answers ${response.status} for ${service}`);
  }
  throw notDelivered(
    `PagerDuty refuses ${service} (${response.status}): ${said}; is its key under pagers.pagerduty.routingKeys right?`,
  );
}

/** An error of `fetch` may name the request: only that there was none is told. */
async function fetched(url: string, event: object): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
  } catch {
    throw notYetDelivered(
      'PagerDuty cannot be reached, or does not answer in time: may the controller reach pagers.pagerduty.eventsUrl?',
    );
  }
}

/** `errors` of its answer: words about our event, never the key. */
async function answerText(response: Response): Promise<string> {
  try {
    const { message, errors } = (await response.json()) as { message?: unknown; errors?: unknown };
    const list = Array.isArray(errors) ? errors.map(String).join('; ') : '';
    return cut([String(message ?? ''), list].filter((part) => part !== '').join(': ') || 'no reason given', 300);
  } catch {
    return 'no reason given';
  }
}
