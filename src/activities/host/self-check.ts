import type { OutboxReading } from '../../shared/observations/outbox';
import type { HostActivities } from '.';

const MINUTE_MS = 60_000;

/** What an agent saw of its host at its start: a line a thing, for its log. */
export type SelfCheck = Record<string, string>;

/**
 * Looks once at everything that a runbook would look at. A wrong path or password shows in the agent's log at its start
 * and not in an incident, and the first incident finds every library loaded.
 */
export async function selfCheck(activities: HostActivities): Promise<SelfCheck> {
  const looks: Record<string, () => Promise<string>> = {
    kingfisher: async () => (await activities.observeService({ service: 'kingfisher' })).active,
    health: async () => (await activities.observeHealth()).health.answer,
    ready: async () => (await activities.observeHealth()).ready.answer,
    metrics: async () => (await activities.observeMetrics()).endpoint.answer,
    telegram: async () => (await activities.observeTelegramStatus()).endpoint.answer,
    port: async () => ((await activities.observePort()).listening ? 'listening' : 'nobody listens'),
    processes: async () => String((await activities.observeProcesses()).processes.length),
    log: async () => (await activities.observeLogTail({ lines: 1 })).evidence,
    accessLog: async () => (await activities.observeAccess({ windowMs: MINUTE_MS })).evidence,
    disks: async () => String((await activities.observeResources()).disks.length),
    starts: async () => (await activities.observeRecentStarts({ service: 'kingfisher' })).evidence,
    postgres: async () => (await activities.observeDependency({ dependency: 'postgres' })).condition,
    redis: async () => (await activities.observeDependency({ dependency: 'redis' })).condition,
    outbox: async () => toldOutbox((await activities.observeOutbox({ apartMs: 0 })).last),
    rabbitmq: async () => (await activities.observeDependency({ dependency: 'rabbitmq' })).condition,
  };
  const seen = Object.entries(looks).map(async ([name, look]) => [name, await look().catch(messageOf)] as const);
  return Object.fromEntries(await Promise.all(seen));
}

/** What each of the two places is good for, on a host that may lack one of them. */
function toldOutbox({ endpoint, table }: OutboxReading): string {
  const told = ({ evidence, detail }: OutboxReading['endpoint']) =>
    evidence === 'present' ? 'present' : `${evidence} (${detail})`;
  return `statistics ${told(endpoint)}; table ${table === null ? 'not configured' : told(table)}`;
}

function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
