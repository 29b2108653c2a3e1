import { ErrorCode, WebClient } from '@slack/web-api';
import type { PageInput, SlackPageInput } from '../types';
import { notDelivered, notYetDelivered } from './page-failures';
import { findPosted } from './slack-lookup';
import type { Posted } from './slack-lookup';
import type { SlackText } from './slack-text';

/** `pagers.slack` of halcyon.yaml. */
export interface SlackSettings {
  token: string | null;
  apiUrl: string;
}

/** What a message is known by afterwards, in Slack's own metadata. */
export const EVENT_TYPE = 'halcyon_page';

const TIMEOUT_MS = 5_000;
/** Answers of Slack that say "not now"; every other one is final. */
const PASSING = [
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
];

/** A client without retries of its own: Temporal retries, and shows it. */
export function slackClient({ token, apiUrl }: SlackSettings): WebClient {
  return new WebClient(token ?? undefined, {
    slackApiUrl: apiUrl,
    allowAbsoluteUrls: false,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT,
  });
}

interface Slack {
  client: WebClient;
  warn(facts: object, message: string): void;
}

/** Posts a message, unless it may be there and is: then says where. `since`: no page of this incident is older. */
export async function postToSlack(
  slack: Slack,
  { team, threadTs, key, page, ifPosted }: SlackPageInput,
  { text, blocks }: SlackText,
  { mayBeThere, since }: { mayBeThere: boolean; since: Date },
): Promise<Posted & { thread?: string }> {
  const channel = team.slackChannel;
  if (channel === null) throw notDelivered(`${team.name} has no Slack channel: set escalation.teams.*.slackChannel`);
  const earlier = mayBeThere ? await lookFor(slack, { channel, threadTs, key, since }) : undefined;
  if (earlier !== undefined) return earlier;
  // The thread of a page of which nobody knows whether it was posted is where that page is.
  const asked =
    ifPosted === undefined ? undefined : await lookFor(slack, { channel, threadTs: null, key: ifPosted, since });
  if (ifPosted !== undefined && asked === undefined) return { channel, ts: '' };
  const thread = asked?.ts ?? threadTs;
  const answer = await calling(channel, () =>
    slack.client.chat.postMessage({
      channel,
      text,
      blocks,
      // A tier or a question in an open thread must be seen in the channel as well.
      ...(thread === null ? {} : { thread_ts: thread, reply_broadcast: isLoud(page) }),
      unfurl_links: false,
      unfurl_media: false,
      metadata: { event_type: EVENT_TYPE, event_payload: { key } },
    } as Parameters<WebClient['chat']['postMessage']>[0]),
  );
  return { channel: answer.channel ?? channel, ts: answer.ts ?? '', ...(thread === null ? {} : { thread }) };
}

/** A page twice is better than none: what cannot be looked up is posted. */
async function lookFor(slack: Slack, wanted: Parameters<typeof findPosted>[1]): Promise<Posted | undefined> {
  try {
    return await calling(wanted.channel, () => findPosted(slack.client, wanted));
  } catch (err) {
    const reason = err instanceof Error ? err.message : '';
    slack.warn({ channel: wanted.channel, reason }, 'Slack cannot be searched for a page');
    return undefined;
  }
}

function isLoud(page: PageInput['page']): boolean {
  return page.kind === 'tier' || page.kind === 'asked' || page.kind === 'monitoring';
}

/** Slack's errors as ours; their texts hold no token. */
async function calling<T>(channel: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (err) {
    throw slackFailure(err, channel);
  }
}

function slackFailure(err: unknown, channel: string): Error {
  if (!isCoded(err)) return err instanceof Error ? err : new Error(String(err));
  switch (err.code) {
    case ErrorCode.RateLimitedError:
      return notYetDelivered(`Slack asks to wait ${err.retryAfter} s (429)`, (err.retryAfter ?? 1) * 1_000);
    case ErrorCode.PlatformError: {
      const answer = err.data?.error ?? 'unknown_error';
      if (PASSING.includes(answer)) return notYetDelivered(`Slack answers ${answer} for ${channel}`);
      return notDelivered(`Slack refuses ${channel}: ${answer}${REMEDY[answer] ?? ''}`);
    }
    case ErrorCode.HTTPError:
      if (err.statusCode !== undefined && err.statusCode < 500) {
        return notDelivered(`Slack answers ${err.statusCode}: is pagers.slack.apiUrl right?`);
      }
      return notYetDelivered(`Slack answers ${err.statusCode ?? 'nothing that can be read'}`);
    default:
      return notYetDelivered(
        'Slack cannot be reached, or does not answer in time: may the controller reach pagers.slack.apiUrl?',
      );
  }
}

const REMEDY: Record<string, string> = {
  invalid_auth: '; set pagers.slack.token',
  not_authed: '; set pagers.slack.token',
  account_inactive: '; pagers.slack.token belongs to an account that is off',
  token_revoked: '; pagers.slack.token was revoked',
  channel_not_found: '; is its name right, is the app invited?',
  not_in_channel: '; invite the app',
  is_archived: '; it is archived',
  missing_scope: '; the app lacks a scope (docs/escalation.md)',
};

interface CodedError extends Error {
  code: string;
  retryAfter?: number;
  statusCode?: number;
  data?: { error?: string };
}

function isCoded(err: unknown): err is CodedError {
  return err instanceof Error && 'code' in err && typeof err.code === 'string' && err.code.startsWith('slack_webapi_');
}

const nothing = (): void => undefined;
/** What Slack's client logs repeats what our errors say. */
const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
};
