import { condition, sleep } from '@temporalio/workflow';
import type { ImagesRequest, ImagesState } from '../../shared/observations/images/images';
import { isStalled } from '../../shared/observations/images/images';
import type { ServiceState } from '../../shared/observations/service';
import { clock } from '../../shared/text/text';
import { formatDuration } from '../../shared/text/durations';
import type { Diagnosed } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { observeAllowed } from '../steps/allowed';
import { botFault, channelFault, limitOf, noteFaults, wayFault } from '../steps/images/faults';
import type { TelegramSeen } from '../steps/images/faults';
import { observeImages } from '../steps/images/images';
import { observeBot, observeRefusals, observeStatus, observeWayOut } from '../steps/images/telegram';
import type { Named } from '../steps/kingfisher/service';
import { observeService } from '../steps/kingfisher/service';

/** What is too long for this page: `runbooks.imageProcessingStalled.limits`. Milliseconds. */
export interface ImageLimits {
  wanted: ImagesRequest;
  backOffMs: number;
  longestBackOffMs: number;
  fetchedWithinMs: number;
  imageWithinMs: number;
}

export interface Diagnosis extends Diagnosed, TelegramSeen {
  images: ImagesState | undefined;
  service: ServiceState | undefined;
  /** An image is missing by now. */
  stalled: boolean;
  /** Telegram limits the bot, also after it was waited for. */
  limited: { detail: string; retryAfterMs: number } | undefined;
  /** It was waited for as often as it may be, or would have to be waited for too long. */
  isLimitedTooLong?: true;
  /** What is wrong with the way to Telegram, with the bot, and with its channel. */
  faults: { way: Named | undefined; bot: Named | undefined; channel: Named | undefined };
  /** Why KingFisher's own downloader is stuck, and why a start cannot mend that; filled when nothing else explains it. */
  stuck?: string | undefined;
  obstacles?: string[];
}

/** When a limit of Telegram's was waited out last: what was refused before says nothing new. */
export interface Waited {
  until: string | null;
}

/** So often a limit is waited out before people hear of it. */
const WAITS_AT_MOST = 3;
const CITE = 'E.diagnosis';

/**
 * Status, newest images and `getMe` of the document, and all that its causes ask for; all at the same time. Where Telegram
 * limits the bot, that is waited out (E.1), and everything is looked at again.
 */
export async function diagnose(at: Scene, limits: ImageLimits, waited: Waited): Promise<Diagnosis> {
  const { incident } = at;
  for (let waits = 0; ; waits++) {
    const earliest = new Date(Date.now() - limits.wanted.stalledAfterMs).toISOString();
    const since = waited.until !== null && waited.until > earliest ? waited.until : earliest;
    const found = await lookAtAll(at, limits, since);
    const { limited, stalled } = found;
    const isOver = incident.isResolved || incident.isClosedByPerson;
    if (limited === undefined || !stalled || isOver) return found;
    if (waits === WAITS_AT_MOST || limited.retryAfterMs > limits.longestBackOffMs) {
      return { ...found, isLimitedTooLong: true };
    }
    await waitOut(at, limited, limits);
    waited.until = new Date().toISOString();
  }
}

async function lookAtAll({ steps, incident }: Scene, { wanted }: ImageLimits, since: string): Promise<Diagnosis> {
  const [allowed, images, service, status, refusals, way, bot] = await Promise.all([
    observeAllowed(CITE, steps, incident),
    observeImages(CITE, wanted, steps),
    observeService(CITE, steps),
    observeStatus(CITE, steps),
    observeRefusals('E.1', since, steps),
    observeWayOut('E.2', steps),
    observeBot(CITE, steps),
  ]);
  incident.noteFirstAction(service?.observedAt ?? images?.observedAt);
  const seen = { status, refusals, way, bot };
  const limited = limitOf(seen);
  const faults = { way: wayFault(seen), bot: botFault(seen), channel: channelFault(seen) };
  const stalled = images !== undefined && isStalled(images, wanted.stalledAfterMs);
  const found = { allowed, images, service, ...seen, limited, faults, stalled };
  noteFaults(incident, stalled ? citedOf(found) : []);
  return found;
}

function citedOf({ images, service, status, limited, faults }: Diagnosis): (Named & { cite: string })[] {
  const cited: [string, Named | undefined][] = [
    [CITE, images?.evidence === 'present' ? undefined : { name: 'ImagesNotFound', detail: images?.why ?? '' }],
    [CITE, service === undefined ? undefined : notRunning(service)],
    [CITE, contradictionOf(status)],
    ['E.1', limited === undefined ? undefined : { name: 'TelegramLimited', detail: limited.detail }],
    ['E.2', faults.way],
    ['E.3', faults.bot],
    ['E.4', faults.channel],
  ];
  return cited.flatMap(([cite, named]) => (named === undefined ? [] : [{ ...named, cite }]));
}

/** Nothing is downloaded by a service that does not run. */
export function notRunning({ active, result }: ServiceState): Named | undefined {
  return active === 'active' ? undefined : { name: 'KingfisherDown', detail: `KingFisher is ${active} (${result})` };
}

/** It says that all is well while no image comes: neither is believed without looking further. */
function contradictionOf(status: TelegramSeen['status']): Named | undefined {
  if (status?.connected !== true) return undefined;
  return { name: 'StatusContradicted', detail: `${status.path} says ${status.said} while no image comes` };
}

/** A durable wait, during which other incidents may have the host. */
async function waitOut(
  { incident, safety }: Scene,
  { detail, retryAfterMs }: { detail: string; retryAfterMs: number },
  { backOffMs }: ImageLimits,
): Promise<void> {
  const forMs = Math.max(backOffMs, retryAfterMs);
  const until = new Date(Date.now() + forMs).toISOString();
  incident.noteCause({ cite: 'E.1', title: 'Telegram limits the bot', evidence: detail });
  incident.note('E.1', 'Telegram limits the bot: waits', `${formatDuration(forMs)}, until ${clock(until)}; ${detail}`);
  const isOver = () => incident.isResolved || incident.isClosedByPerson;
  await safety.lendWhile(() => condition(isOver, forMs, { summary: 'Telegram to lift its limit' }));
}

/**
 * That KingFisher's own downloader is stuck, although all outside is well: updates wait at Telegram and are not fetched, or
 * KingFisher says itself that it is not connected.
 */
export async function downloaderStuck(
  { status, bot }: Diagnosis,
  { steps }: Scene,
  { fetchedWithinMs }: ImageLimits,
): Promise<string | undefined> {
  const pending = bot?.webhook?.pending ?? 0;
  if (pending > 0) {
    // One that does its work fetches them within seconds.
    await sleep(fetchedWithinMs, { summary: 'Updates to be fetched' });
    const still = (await observeBot('E', steps))?.webhook?.pending ?? 0;
    if (still > 0) return `${still} updates wait at Telegram, and KingFisher fetches none`;
  }
  if (status?.connected === false) return `KingFisher says that it is not connected (${status.said})`;
  return undefined;
}
