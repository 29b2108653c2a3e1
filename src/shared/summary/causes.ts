import type { Finding, IncidentView } from '../incident';
import { DEPENDENCY_TITLES } from '../observations/service';
import { cut, listed } from '../text/text';
import { lastSeen } from './condition';

/** What is wrong: `of` is `is`, as in "Redis is down". `of` is empty where that is meant which the page is about. */
export interface Cause {
  of: string;
  is: string;
}

interface Words {
  /** The lower, the more of the rest it explains. */
  rank: number;
  say(detail: string): Cause;
}

/** What is needed of an incident to tell why it is so. */
export type Caused = Pick<IncidentView, 'cause' | 'findings' | 'timeline'>;

const MAX_GIST = 60;
const MAX_WORDS = 100;
/** Names that are no cause by themselves: what Halcyon could not see, was not allowed to do, or could not tell. */
const NO_CAUSE = [
  'AddressNotBlocked',
  'AgentTooOld',
  'AutomationPaused',
  'ChangeRefused',
  'FailuresUnexplained',
  'FailuresUnknown',
  'KingfisherStillDown',
  'LatencyUnexplained',
  'LatencyUnknown',
  'LimitNotRaised',
  'LogAbsent',
  'LogMalformed',
  'LogStale',
  'NotAllowed',
  'NotConfigured',
  'NotInDesiredState',
  'ObservationFailed',
  'PageNotDelivered',
  'Paused',
  'StaleToken',
  'StatusContradicted',
  'StepFailed',
  'StepTimedOut',
  'TokenIssued',
  'UnknownAlert',
];
/** Findings that are of less weight than the cause that the runbook acts on. */
const BEHIND_THE_RUNBOOK = 6;

const WORDS: Record<string, Words> = {
  AgentUnreachable: { rank: 0, say: () => ({ of: 'its agent', is: 'not answering' }) },
  UnitMasked: { rank: 1, say: (detail) => ({ of: unitIn(detail) ?? 'its unit', is: 'masked' }) },
  UnitUnusable: { rank: 1, say: (detail) => ({ of: unitIn(detail) ?? 'its unit', is: 'unusable for systemd' }) },
  ConfigurationInvalid: { rank: 2, say: (detail) => ({ of: 'configuration', is: `invalid (${wrongKey(detail)})` }) },
  PortTaken: { rank: 2, say: portTaken },
  DiskFull: { rank: 3, say: (detail) => ({ of: 'disk', is: `full (${gist(detail)})` }) },
  CrashLoop: { rank: 3, say: () => ({ of: '', is: 'dying again and again' }) },
  DependencyRefused: { rank: 4, say: (detail) => ({ of: dependencyOf(detail), is: 'refusing the credentials' }) },
  DependencyStillDown: { rank: 4, say: (detail) => ({ of: dependencyOf(detail), is: 'down' }) },
  DependencyDown: { rank: 4, say: (detail) => ({ of: dependencyOf(detail), is: 'down' }) },
  PublishersBlocked: { rank: 4, say: (detail) => ({ of: 'RabbitMQ', is: `blocking publishers (${gist(detail)})` }) },
  DependencyPortBlocked: {
    rank: 4,
    say: (detail) => ({ of: `${dependencyOf(detail)}'s port`, is: 'blocked by a firewall' }),
  },
  OutboxUnreadable: { rank: 5, say: () => ({ of: 'its outbox', is: 'unreadable' }) },
  OutboxContradictory: { rank: 5, say: () => ({ of: 'its outbox', is: 'counted in two ways that differ' }) },
  OutboxExhausted: { rank: 5, say: () => ({ of: 'attempts of its events', is: 'used up' }) },
  KingfisherDown: { rank: 3, say: () => ({ of: 'KingFisher', is: 'down' }) },
  NoWayOut: { rank: 4, say: () => ({ of: 'the way out of this host', is: 'closed' }) },
  NameLookupBroken: { rank: 4, say: () => ({ of: 'the lookup of names', is: 'broken' }) },
  TelegramAway: { rank: 4, say: () => ({ of: 'Telegram', is: 'out of reach' }) },
  TelegramLimited: { rank: 4, say: () => ({ of: 'the bot', is: 'limited by Telegram (429)' }) },
  BotTokenRejected: { rank: 4, say: () => ({ of: "the bot's token", is: 'rejected by Telegram' }) },
  BotTokenUnusable: { rank: 4, say: () => ({ of: "the bot's token", is: 'not usable' }) },
  WebhookSet: { rank: 4, say: () => ({ of: 'a webhook', is: 'set, which stops the bot' }) },
  BotSharedWithOthers: { rank: 4, say: () => ({ of: "the bot's updates", is: 'fetched by another program' }) },
  ChannelLost: { rank: 4, say: () => ({ of: 'the source channel', is: 'out of reach for the bot' }) },
  ChannelSilent: { rank: 5, say: () => ({ of: 'the source channel', is: 'silent' }) },
  DownloaderStuck: { rank: 5, say: () => ({ of: "KingFisher's downloader", is: 'stuck' }) },
  DatabaseSlow: { rank: 5, say: () => ({ of: 'the database', is: 'slow' }) },
  OpenAiSlow: { rank: 5, say: () => ({ of: 'OpenAI', is: 'slow' }) },
  CpuBusy: { rank: 5, say: () => ({ of: 'its CPUs', is: 'busy all the time' }) },
  CpuTaken: { rank: 6, say: () => ({ of: 'its CPUs', is: 'taken by another program' }) },
  OpenAiQuota: { rank: 5, say: () => ({ of: "OpenAI's quota", is: 'used up' }) },
  OpenAiStillLimits: { rank: 5, say: () => ({ of: 'requests', is: 'limited by OpenAI (429), few as they are' }) },
  ImagesDenied: { rank: 5, say: () => ({ of: 'the folder of images', is: 'not usable for KingFisher' }) },
  ImagesCorrupt: { rank: 5, say: () => ({ of: 'images', is: 'corrupt' }) },
  PluginFails: { rank: 5, say: (detail) => ({ of: gist(detail).split(' fails')[0]!, is: 'failing' }) },
  OpenFilesExhausted: { rank: 5, say: () => ({ of: 'its open files', is: 'used up' }) },
  OutOfMemory: { rank: 5, say: () => ({ of: 'memory', is: 'used up' }) },
  ProcessStopped: { rank: 5, say: () => ({ of: 'its process', is: 'stopped (SIGSTOP)' }) },
  StartLimitHit: { rank: 5, say: () => ({ of: '', is: 'not started any more by systemd (failed too often)' }) },
  SourcesDisagree: { rank: 5, say: () => ({ of: 'its access log', is: 'silent about what the metric counts' }) },
  SourceShared: { rank: 5, say: () => ({ of: 'a shared or protected address', is: 'refused' }) },
  AttackSuspected: { rank: 5, say: (detail) => ({ of: '', is: `under attack (${gist(detail)})` }) },
  Flapping: { rank: 7, say: () => ({ of: '', is: 'not staying well' }) },
};

/** Findings that hold: not withdrawn, and of an agent that is away only while it is. */
export function heldFindings({ findings, timeline }: Pick<IncidentView, 'findings' | 'timeline'>): Finding[] {
  const hasAnsweredSince = (at: string) =>
    timeline.some(
      (entry) => entry.kind === 'look' && (entry.status === 'done' || entry.status === 'notSo') && lastSeen(entry) > at,
    );
  return findings.filter(
    ({ name, at, withdrawnAt }) => withdrawnAt === undefined && (name !== 'AgentUnreachable' || !hasAnsweredSince(at)),
  );
}

/**
 * Why it is so, as far as is known; null where nothing is. What was found explains more than the symptom that the runbook
 * acts on: an invalid configuration is why the unit failed.
 *
 * @param findings those that hold, or for the end of an incident all
 */
export function causeOf(view: Caused, findings = heldFindings(view)): Cause | null {
  const [best] = findings
    .filter(({ name }) => !NO_CAUSE.includes(name) && name !== 'AlertContradicted')
    .sort((a, b) => rankOf(a) - rankOf(b));
  const acted = actedOn(view);
  if (best === undefined || (acted !== null && rankOf(best) >= BEHIND_THE_RUNBOOK)) return acted;
  const all = findings.filter(({ name }) => name === best.name).map((finding) => wordsOf(finding));
  const same = all.filter(({ is }) => is === all.at(-1)!.is);
  return { of: listed([...new Set(same.map(({ of }) => of))]), is: all.at(-1)!.is };
}

/** Where nothing is known for sure, the last words of what did not start may say it. */
export function unknownCause(findings: readonly Finding[]): string {
  const words = findings.flatMap(({ detail }) => /Its last words: (.+)$/s.exec(detail)?.[1] ?? []).at(-1);
  if (words === undefined) return 'cause not known';
  return `cause not known, its last words: "${cut(words.split(' ⏎ ').at(-1)!, MAX_WORDS)}"`;
}

/** `configuration invalid (PORT)`, `killed (signal)` */
export function causeText({ of, is }: Cause): string {
  return `${of} ${is}`.trim();
}

/** What is many: `redis and rabbitmq`, `its CPUs`, but not `the folder of images`. */
const MANY = / and |^(?:its |the bot's )?(?:open )?(?:CPUs|attempts|disks|files|images|requests|updates)\b/;

/** `configuration was invalid (PORT)`, `KingFisher was killed (signal)` */
export function pastCause({ of, is }: Cause, subject: string): string {
  if (is === '') return of;
  return `${of === '' ? subject : of} ${MANY.test(of) ? 'were' : 'was'} ${is}`;
}

function rankOf({ name }: Finding): number {
  return WORDS[name]?.rank ?? BEHIND_THE_RUNBOOK - 1;
}

function wordsOf({ name, detail }: Finding): Cause {
  return WORDS[name]?.say(detail) ?? { of: spaced(name), is: `(${gist(detail)})` };
}

/** The evidence by which the runbook began its remedy, without what only its own page can use. */
function actedOn({ cause }: Caused): Cause | null {
  if (cause === null || cause.cite.startsWith('H')) return null;
  const [, active = '', result = ''] = /unit is (\w+)(?: \(([\w-]+)\))?/.exec(cause.evidence) ?? [];
  if (active === 'failed' || active === 'activating') return { of: '', is: ENDED[result] ?? `ended (${result})` };
  if (active === 'inactive') return { of: '', is: 'stopped' };
  if (/\/health is well, \/ready/.test(cause.evidence)) return { of: '', is: 'not ready' };
  const outbox = ofOutbox(cause.evidence);
  if (outbox !== null) return outbox;
  const latency = ofLatency(cause.evidence);
  if (latency !== null) return latency;
  const answer = /\/health (\w+)/.exec(cause.evidence)?.[1];
  if (answer !== undefined) return { of: '', is: `running without a good answer (${answer})` };
  return { of: '', is: cut(cause.evidence, MAX_GIST) };
}

/** `CPU 97 % busy; …`, `CPUs wait for disks …`, `sda is busy …`, `OpenAI takes longer than 3 s: …` of runbook D. */
function ofLatency(evidence: string): Cause | null {
  if (/^CPU \S+ % busy/.test(evidence)) return { of: 'its CPUs', is: 'busy all the time' };
  if (/^(?:CPUs wait for disks|\S+ is busy) /.test(evidence)) return { of: 'its disks', is: 'a bottleneck' };
  return evidence.startsWith('OpenAI takes longer') ? { of: 'OpenAI', is: 'slow' } : null;
}

/** `RabbitMQ down (refused)`, `publisher stuck: …`, `event 17 (cluster.found), 5 of 5 attempts: …` of runbook F. */
function ofOutbox(evidence: string): Cause | null {
  const [, what, is] = /^(RabbitMQ|publisher) (down|stuck)\b/.exec(evidence) ?? [];
  if (what !== undefined && is !== undefined) return { of: what === 'publisher' ? 'its publisher' : what, is };
  const event = /^event (\S+) \(.*attempts\b/.exec(evidence)?.[1];
  return event === undefined ? null : { of: `event ${event}`, is: 'blocking all others' };
}

const ENDED: Record<string, string> = {
  signal: 'killed (signal)',
  'exit-code': 'ended by an error of its own (exit code)',
  'core-dump': 'crashed (core dump)',
  'oom-kill': 'killed for memory',
  timeout: 'ended by a time limit of systemd (timeout)',
  'start-limit-hit': 'not started any more by systemd (failed too often)',
};

/** The unit that a detail begins with: KingFisher's, or that of what it stands on. */
export function unitIn(detail: string): string | undefined {
  return /^[\w@.-]+\.service\b/.exec(detail)?.[0];
}

/** `PORT: Input should be a valid integer` is about PORT. */
function wrongKey(detail: string): string {
  const told = detail.replace(/^(?:config(?:uration)?(?: is)? )?invalid:\s*/i, '');
  const key = /^[\w./[\]-]{1,60}(?=: )/.exec(told)?.[0];
  return key ?? gist(told);
}

/** `port 8201 is held by pid 77: nginx -g daemon off;` */
function portTaken(detail: string): Cause {
  const [, port = '', holder = ''] = /port (\d+) is held by pid \d+: (\S+)/.exec(detail) ?? [];
  if (port === '') return { of: 'its port', is: 'held by another process' };
  return { of: `port ${port}`, is: `held by ${holder.split('/').at(-1)}` };
}

/** `redis: refused, connection refused`, `redis did not come back. Its last words: …` */
export function dependencyOf(detail: string): string {
  const name = /^\w+/.exec(detail)?.[0] ?? '';
  const titles: Readonly<Record<string, string>> = DEPENDENCY_TITLES;
  return titles[name] ?? (name === '' ? 'a dependency' : name);
}

/** `DependencyProtecting`: `dependency protecting`. */
function spaced(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

/** The first clause. */
function gist(detail: string): string {
  return cut(/^.*?(?=: |; |, |\. | is |$)/s.exec(detail)![0] || detail, MAX_GIST);
}
