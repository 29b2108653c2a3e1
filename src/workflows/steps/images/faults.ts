import type {
  BotState,
  ChannelState,
  TelegramRefusals,
  TelegramStatus,
  WayOut,
} from '../../../shared/observations/telegram';
import { formatDuration } from '../../../shared/text/durations';
import type { Incident } from '../../incident/incident';
import type { Named } from '../kingfisher/service';
import { wayLine } from './telegram';

/** What was seen of Telegram. What could not be seen is undefined, and never read as good or as bad. */
export interface TelegramSeen {
  status: TelegramStatus | undefined;
  refusals: TelegramRefusals | undefined;
  way: WayOut | undefined;
  bot: BotState | undefined;
}

/** Telegram limits the bot: it says so itself, or KingFisher does, in its log or its status. How long it asks to wait, where it says. */
export function limitOf({ bot, refusals, status }: TelegramSeen): { detail: string; retryAfterMs: number } | undefined {
  const asked = Math.max(bot?.retryAfterMs ?? 0, refusals?.retryAfterMs ?? 0);
  const wait = asked === 0 ? '' : `, wait ${formatDuration(asked)}`;
  if (bot !== undefined && bot.retryAfterMs !== null) {
    return { detail: `Telegram answers 429${wait}`, retryAfterMs: asked };
  }
  if (refusals !== undefined && refusals.limited > 0) {
    const last = refusals.lines.at(0) ?? '';
    return { detail: `429 ${refusals.limited} times in ${refusals.path}${wait}: ${last}`, retryAfterMs: asked };
  }
  return status?.isLimited === true ? { detail: `${status.path} says ${status.said}`, retryAfterMs: asked } : undefined;
}

/** Which part of the way to Telegram is broken: the names, all of it, or Telegram alone. */
export function wayFault({ way, bot }: TelegramSeen): Named | undefined {
  if (way === undefined) return undefined;
  const { telegram, reference, address } = way;
  if (telegram.connect === 'ok') return answerFault(bot);
  const others = [reference, address].filter((one) => one !== null);
  const reached = others.find(({ connect }) => connect === 'ok');
  const seen = [telegram, ...others].map(wayLine).join('; ');
  const isNamed = telegram.name === 'found' || telegram.name === 'address';
  if (isNamed) {
    if (reached !== undefined) return { name: 'TelegramAway', detail: `only Telegram is away: ${seen}` };
    if (others.length > 0) return { name: 'NoWayOut', detail: `no connection leaves this host: ${seen}` };
    return {
      name: 'TelegramAway',
      detail: `${seen}; no other host is configured to tell whether only Telegram is away`,
    };
  }
  if (reference?.connect === 'ok' && reference.name === 'found') {
    return { name: 'TelegramAway', detail: `only the name of Telegram is not found: ${seen}` };
  }
  if (reached !== undefined)
    return { name: 'NameLookupBroken', detail: `no name is found, and connections work: ${seen}` };
  const isNameless = reference === null || (reference.name !== 'found' && reference.name !== 'address');
  if (address === null && isNameless) return { name: 'NameLookupBroken', detail: `no name is found: ${seen}` };
  return { name: 'NoWayOut', detail: `neither names nor connections leave this host: ${seen}` };
}

/** Connections are taken, and what answers is not the Bot API, or has a trouble of its own. */
function answerFault(bot: BotState | undefined): Named | undefined {
  if (bot === undefined || bot.token !== 'unknown' || bot.retryAfterMs !== null) return undefined;
  const { answer, status, detail } = bot.endpoint;
  const said = `${status ?? answer}${detail === '' ? '' : `: ${detail}`}`;
  return { name: 'TelegramAway', detail: `Telegram takes connections, and does not answer as its API does (${said})` };
}

/** What is wrong with the bot itself: only people can mend that. */
export function botFault({ bot, refusals }: TelegramSeen): Named | undefined {
  const from = bot?.tokenFrom ?? '';
  if (bot?.token === 'rejected') {
    const remedy = 'ask @BotFather for the token (/token), write it there, and restart KingFisher';
    return {
      name: 'BotTokenRejected',
      detail: `Telegram rejects the bot's token from ${from} (${bot.endpoint.detail || bot.endpoint.answer}): ${remedy}`,
    };
  }
  if (bot?.token === 'unusable')
    return { name: 'BotTokenUnusable', detail: `${bot.endpoint.detail}: write the bot's token there` };
  if (bot?.webhook?.host !== undefined && bot.webhook.host !== null) {
    const { host } = bot.webhook;
    const remedy = 'remove it (deleteWebhook), or find out who set it';
    return { name: 'WebhookSet', detail: `a webhook to ${host} is set, which stops getUpdates: ${remedy}` };
  }
  // What another program fetches does not wait at Telegram: where something does, nobody fetches it.
  if (refusals !== undefined && refusals.conflicts > 0 && (bot?.webhook?.pending ?? 0) === 0) {
    const last = refusals.lines.at(-1) ?? '';
    return {
      name: 'BotSharedWithOthers',
      detail: `another program fetches the updates of the same bot: end it, or give it a bot of its own (${last})`,
    };
  }
  return undefined;
}

/** What is wrong with the source of the images: only people can mend that. */
export function channelFault({ bot }: TelegramSeen): Named | undefined {
  const { channel } = bot ?? {};
  if (channel === undefined || channel === null) return undefined;
  const remedy = LOST[channel.access];
  if (remedy === undefined) return undefined;
  const said = channel.detail === '' ? '' : ` (${channel.detail})`;
  return {
    name: 'ChannelLost',
    detail: `the bot ${bot?.name ?? ''} does not get what ${channel.channel} posts${said}: ${remedy}`,
  };
}

const LOST: Partial<Record<ChannelState['access'], string>> = {
  left: 'add it to the channel as an administrator',
  forbidden: 'it was removed, or may not read: add it to the channel as an administrator',
  notFound: 'the channel is deleted, renamed or was never seen by this bot: configure its name, or add the bot to it',
  moved: 'it has another id now: configure that for KingFisher and under agent.kingfisher.telegram.channel',
};

/** Those that this page names by itself: one that is seen no more is withdrawn. */
const NAMES = [
  ...['TelegramLimited', 'NameLookupBroken', 'NoWayOut', 'TelegramAway', 'BotTokenRejected', 'BotTokenUnusable'],
  ...['WebhookSet', 'BotSharedWithOthers', 'ChannelLost', 'ChannelSilent', 'StatusContradicted', 'ImagesNotFound'],
  ...['KingfisherDown', 'DownloaderStuck'],
];

/** These hold now, and no others of this page. */
export function noteFaults(incident: Incident, cited: (Named & { cite: string })[]): void {
  incident.withdraw(
    (known) =>
      NAMES.includes(known.name) && !cited.some(({ name, detail }) => name === known.name && detail === known.detail),
  );
  for (const { name, cite, detail } of cited) incident.addFinding(name, cite, detail);
}
