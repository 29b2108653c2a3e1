import type { IncidentView } from '../incident';

/** A fault of the game day's catalogue that plays such an incident. */
interface Drill {
  fault: string;
  /** A finding's name, which tells more than the cause that the page acted on. */
  finding?: string;
  /** `A.1 KingFisher does not run as it should` */
  cause?: string;
  /** What the cause's evidence must say. */
  evidence?: RegExp;
}

/** The first that fits. */
const DRILLS: readonly Drill[] = [
  { finding: 'AgentUnreachable', fault: 'agent-away' },
  { finding: 'UnitMasked', evidence: /redis/i, fault: 'redis-masked' },
  { finding: 'UnitMasked', fault: 'unit-masked' },
  { finding: 'JobStuck', fault: 'job-stuck' },
  { finding: 'OutOfMemory', fault: 'out-of-memory' },
  { finding: 'CrashLoop', fault: 'crash-loop' },
  { finding: 'ConfigurationInvalid', fault: 'configuration-broken' },
  { finding: 'PortTaken', fault: 'port-taken' },
  { finding: 'DiskFull', fault: 'data-disk-full' },
  { finding: 'DependencyRefused', fault: 'postgres-password-changed' },
  { finding: 'SourceShared', fault: 'clients-behind-a-proxy' },
  { cause: 'A.1 KingFisher can open no more files', fault: 'open-files-exhausted' },
  { cause: 'A.1 KingFisher does not run as it should', evidence: /unit is failed \(signal\)/, fault: 'service-killed' },
  { cause: 'A.1 KingFisher does not run as it should', evidence: /unit is active/, fault: 'service-hangs' },
  { cause: 'A.1 KingFisher does not run as it should', fault: 'service-stopped' },
  { cause: 'A.1 A start of KingFisher cannot work: it is not restarted', fault: 'configuration-refused' },
  { cause: "A.2 The firewall blocks a dependency's port", evidence: /postgres/, fault: 'postgres-port-firewalled' },
  { cause: "A.2 The firewall blocks a dependency's port", fault: 'amqp-port-dropped' },
  {
    cause: 'A.2 A dependency is down',
    evidence: /postgres.*redis|redis.*postgres/,
    fault: 'postgres-and-redis-stopped',
  },
  { cause: 'A.2 A dependency is down', evidence: /postgres/, fault: 'postgres-stopped' },
  { cause: 'A.2 A dependency is down', evidence: /redis/, fault: 'redis-stopped' },
  { cause: 'A.2 A dependency is down', fault: 'rabbitmq-stopped' },
  { cause: 'B.1 OpenAI limits the rate of requests', fault: 'openai-rate-limited' },
  { cause: "B.1 OpenAI's quota is used up: fewer requests do not help", fault: 'openai-quota-used-up' },
  { cause: 'B.2 KingFisher may not use its folder of images', fault: 'image-folder-forbidden' },
  { cause: 'B.2 Images cannot be decoded', fault: 'images-corrupt' },
  { cause: "B.3 KingFisher's pool of database connections is used up", fault: 'connections-leak' },
  { cause: 'B.4 A plugin fails', fault: 'plugin-broken' },
  { cause: 'C.1 Known clients are just over their rate limit', fault: 'client-over-its-limit' },
  { cause: 'C.2 The token of a known client is not taken any more', fault: 'token-expired' },
  { cause: 'C.3 An attack: few sources send most of what is refused', fault: 'attack' },
  { cause: 'D.1 CPUs are busy all the time', fault: 'cpu-busy' },
  { cause: 'D.2 Disks are a bottleneck', fault: 'disk-busy' },
  { cause: 'D.3 The database is slow', fault: 'slow-statement' },
  { cause: 'D.4 OpenAI is slow', fault: 'openai-slow' },
  { cause: 'E.1 Telegram limits the bot', fault: 'telegram-rate-limited' },
  { cause: 'E.2 This host does not reach Telegram', fault: 'telegram-away' },
  { cause: 'E.3 The bot is not set up as it must be', evidence: /webhook/, fault: 'webhook-set' },
  { cause: 'E.3 The bot is not set up as it must be', fault: 'bot-token-revoked' },
  { cause: 'E.4 The bot has no access to the source channel', fault: 'bot-kicked' },
  { cause: 'E.4 The source channel is silent: nothing waits at Telegram for the bot', fault: 'channel-silent' },
  { cause: 'E The downloader of KingFisher is stuck', fault: 'downloader-stuck' },
  { cause: 'F.1 RabbitMQ is down', fault: 'broker-stopped-with-backlog' },
  { cause: 'F.1 RabbitMQ blocks publishers by an alarm: it is not restarted', fault: 'rabbitmq-memory-alarm' },
  { cause: "F.2 The firewall blocks RabbitMQ's port", fault: 'amqp-port-firewalled' },
  { cause: 'F.3 The publisher is stuck while RabbitMQ is well', fault: 'publisher-stuck' },
  { cause: 'F.3 An event that has no attempts left blocks all others', fault: 'event-poisoned' },
  { finding: 'DependencyBusy', fault: 'postgres-full' },
  { finding: 'AlertContradicted', fault: 'unreachable-from-outside' },
  { finding: 'FailuresUnexplained', fault: 'openai-away' },
];

/** The fault that plays this, as `npm run gameday` names it; undefined where the catalogue has none. */
export function drillOf({ cause, findings }: Pick<IncidentView, 'cause' | 'findings'>): string | undefined {
  const { cite = '', title = '', evidence = '' } = cause ?? {};
  const fits = (drill: Drill) => {
    const found = findings.find(({ name }) => name === drill.finding);
    const said = drill.finding === undefined ? evidence : (found?.detail ?? '');
    const isNamed = drill.finding === undefined ? drill.cause === `${cite} ${title}` : found !== undefined;
    return isNamed && (drill.evidence?.test(said) ?? true);
  };
  return DRILLS.find(fits)?.fault;
}

/** Names that this file gives to faults. */
export const DRILL_NAMES: readonly string[] = DRILLS.map(({ fault }) => fault);
