import type { BotState, TelegramRefusals, TelegramStatus, WayOut, WayTo } from '../../../shared/observations/telegram';
import { formatDuration } from '../../../shared/text/durations';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { endpointLine } from '../kingfisher/health';

/** Steps that look at where the images come from. */

export function observeStatus(cite: string, steps: HostSteps): Promise<TelegramStatus | undefined> {
  return steps.observe(
    { cite, title: 'What KingFisher says of Telegram' },
    (host) => host.observeTelegramStatus(),
    describeStatus,
  );
}

export function observeRefusals(cite: string, since: string, steps: HostSteps): Promise<TelegramRefusals | undefined> {
  return steps.observe(
    { cite, title: 'Refusals of Telegram in the log' },
    (host) => host.observeTelegramRefusals({ since }),
    describeRefusals,
  );
}

export function observeWayOut(cite: string, steps: HostSteps): Promise<WayOut | undefined> {
  return steps.observe({ cite, title: 'Way out: names and TCP' }, (host) => host.observeWayOut(), describeWayOut);
}

export function observeBot(cite: string, steps: HostSteps): Promise<BotState | undefined> {
  return steps.observe(
    { cite, title: 'Telegram: the bot, its webhook and its channel' },
    (host) => host.observeTelegramBot(),
    describeBot,
  );
}

export function describeStatus({ path, endpoint, connected, said }: TelegramStatus): StepReport {
  if (connected !== null) return { status: connected ? 'done' : 'notSo', detail: `${path} says ${said}` };
  if (said !== '') return { status: 'notSo', detail: `${path} says ${said}` };
  const detail = endpoint.detail === '' ? '' : `: ${endpoint.detail}`;
  return { status: 'notSo', detail: `${path} answers ${endpointLine(endpoint)} and says nothing of it${detail}` };
}

export function describeRefusals({ path, evidence, limited, conflicts, lines }: TelegramRefusals): StepReport {
  if (evidence !== 'present') return { status: 'notSo', detail: `${path} is ${evidence}` };
  if (limited === 0 && conflicts === 0) return `${path}: none`;
  const last = lines.at(-1) === undefined ? '' : `. Last: ${lines.at(-1)}`;
  return { status: 'notSo', detail: `${path}: 429 ${limited} times, 409 ${conflicts} times${last}` };
}

export function describeWayOut({ telegram, reference, address }: WayOut): StepReport {
  const ways = [telegram, reference, address].filter((way) => way !== null);
  const detail = ways.map(wayLine).join('; ');
  return ways.every(({ connect }) => connect === 'ok') ? detail : { status: 'notSo', detail };
}

/** `api.telegram.org:443 takes connections`, `httpbin.org:443 has no address (EAI_AGAIN)` */
export function wayLine({ to, name, connect, detail }: WayTo): string {
  if (connect === 'ok') return `${to} takes connections`;
  const why = detail === '' ? '' : ` (${detail})`;
  if (name === 'unknown') return `the name of ${to} is not known${why}`;
  if (name === 'unanswered') return `no name server tells the address of ${to}${why}`;
  return `${to} takes no connection${why}`;
}

export function describeBot({
  token,
  tokenFrom,
  endpoint,
  name,
  retryAfterMs,
  webhook,
  channel,
}: BotState): StepReport {
  const limited = retryAfterMs === null ? [] : [`429: wait ${formatDuration(retryAfterMs)}`];
  if (token !== 'valid') {
    const said = endpoint.detail === '' ? endpointLine(endpoint) : endpoint.detail;
    const where = tokenFrom === null ? '' : ` (from ${tokenFrom})`;
    return { status: 'notSo', detail: [`token${where} ${token}: ${said}`, ...limited].join('; ') };
  }
  const hook = webhook === null ? 'webhook not known' : `webhook ${webhook.host ?? 'not set'}`;
  const pending = webhook === null ? [] : [`${webhook.pending} updates wait`];
  const source = channel === null ? [] : [`channel ${channel.channel} ${channel.access}`];
  const detail = [`${name ?? 'a bot without a name'}, token valid`, hook, ...pending, ...source, ...limited].join('; ');
  return detail;
}
