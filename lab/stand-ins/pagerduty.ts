import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Faults, StandInServer } from './server';
import type { Answer } from './server';

export interface PagerdutyEvent {
  routing_key: string;
  event_action: 'trigger' | 'acknowledge' | 'resolve';
  dedup_key?: string;
  payload?: { summary: string; source: string; severity: string; custom_details?: Record<string, string> };
  links?: { href: string; text: string }[];
  client?: string;
}

/** What PagerDuty makes of the events of one service with one `dedup_key`. */
export interface PagerdutyIncident {
  service: string;
  dedupKey: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  /** Events that opened it or were added to it: the first one rings. */
  triggers: PagerdutyEvent[];
}

interface Options {
  /** Integration key to service. */
  routingKeys: Record<string, string>;
  host?: string;
  port?: number;
}

const SEVERITIES = ['critical', 'error', 'warning', 'info'];
const MAX_SUMMARY = 1_024;
const MAX_DEDUP_KEY = 255;

/** PagerDuty's Events API v2: `POST /v2/enqueue`, one incident for each service and `dedup_key`. */
export class StandInPagerduty {
  readonly faults = new Faults();
  /** Every event that was accepted. */
  readonly events: PagerdutyEvent[] = [];
  readonly incidents: PagerdutyIncident[] = [];
  private server: StandInServer | undefined;

  private constructor(private readonly options: Options) {}

  static async start(options: Options): Promise<StandInPagerduty> {
    const pagerduty = new StandInPagerduty(options);
    const limited = (seconds: number): Answer => ({
      status: 429,
      body: { status: 'throttle exceeded', message: 'Requests for this service are arriving too quickly.' },
      headers: { 'retry-after': String(seconds) },
    });
    const handler = (request: IncomingMessage, body: string) => pagerduty.answer(request, body);
    pagerduty.server = await StandInServer.start(handler, pagerduty.faults, limited, options);
    return pagerduty;
  }

  /** For `pagers.pagerduty.eventsUrl`. */
  get eventsUrl(): string {
    return this.server?.url ?? '';
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  private answer(request: IncomingMessage, body: string): Answer {
    if (request.method !== 'POST' || request.url !== '/v2/enqueue') return { status: 404, body: {} };
    const event = parse(body);
    const errors = event === undefined ? ['not JSON'] : problems(event, this.options.routingKeys);
    if (event === undefined || errors.length > 0) {
      return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } };
    }
    const dedupKey = event.dedup_key ?? randomUUID();
    this.events.push(event);
    this.apply(event, dedupKey);
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: dedupKey } };
  }

  /** An acknowledgement or resolution of what is not open is accepted and does nothing. */
  private apply(event: PagerdutyEvent, dedupKey: string): void {
    const service = this.options.routingKeys[event.routing_key]!;
    const open = this.incidents.find(
      (one) => one.service === service && one.dedupKey === dedupKey && one.status !== 'resolved',
    );
    if (event.event_action === 'trigger') {
      if (open === undefined) this.incidents.push({ service, dedupKey, status: 'triggered', triggers: [event] });
      else open.triggers.push(event);
    } else if (open !== undefined) {
      open.status = event.event_action === 'resolve' ? 'resolved' : 'acknowledged';
    }
  }
}

function parse(body: string): PagerdutyEvent | undefined {
  try {
    return JSON.parse(body) as PagerdutyEvent;
  } catch {
    return undefined;
  }
}

function problems(event: PagerdutyEvent, keys: Record<string, string>): string[] {
  const { payload } = event;
  const needsKey = event.event_action !== 'trigger' && (event.dedup_key ?? '') === '';
  return [
    ...(Object.hasOwn(keys, event.routing_key) ? [] : ["'routing_key' is invalid: no such integration"]),
    ...(['trigger', 'acknowledge', 'resolve'].includes(event.event_action) ? [] : ["'event_action' is invalid"]),
    ...(needsKey ? ["'dedup_key' is missing"] : []),
    ...((event.dedup_key ?? '').length > MAX_DEDUP_KEY ? ["'dedup_key' is too long"] : []),
    ...(event.event_action === 'trigger' ? payloadProblems(payload) : []),
  ];
}

function payloadProblems(payload: PagerdutyEvent['payload']): string[] {
  if (payload === undefined) return ["'payload' is missing"];
  return [
    ...((payload.summary ?? '') === '' ? ["'payload.summary' is missing or blank"] : []),
    ...((payload.summary ?? '').length > MAX_SUMMARY ? ["'payload.summary' is too long"] : []),
    ...((payload.source ?? '') === '' ? ["'payload.source' is missing or blank"] : []),
    ...(SEVERITIES.includes(payload.severity) ? [] : ["'payload.severity' is invalid"]),
  ];
}
