import type { BrokerNode, BrokerOverview, BrokerQueue, QueueList } from '../../../shared/topics/broker';
import { HostError } from '../../errors';
import type { ProbeOptions } from '../../probes/answers';
import { probeHttp } from '../../probes/http';
import { managementUrlOf } from '../management-url';

const NODES_TOLD = 10;
const QUEUES_TOLD = 50;
const NAME_CHARACTERS = 150;
/** No more than these: the whole of it is long. */
const OVERVIEW = 'rabbitmq_version,cluster_name,object_totals,queue_totals,message_stats';
const NODE =
  'name,running,uptime,mem_used,mem_limit,mem_alarm,disk_free,disk_free_limit,disk_free_alarm,fd_used,fd_total';
const QUEUE = 'name,vhost,state,messages,messages_ready,messages_unacknowledged,consumers';
const PAGE = `page=1&page_size=${QUEUES_TOLD}&sort=messages&sort_reverse=true`;

type Fields = Record<string, unknown>;

/** `rabbitmqctl status`, by the management. @throws HostError `ObservationFailed` */
export async function readBrokerOverview(managementUrl: string, options: ProbeOptions): Promise<BrokerOverview> {
  const said = fieldsOf(await ask(managementUrl, `/api/overview?columns=${OVERVIEW}`, options));
  const [objects, totals, rates] = ['object_totals', 'queue_totals', 'message_stats'].map((key) => fieldsOf(said[key]));
  return {
    version: textOf(said['rabbitmq_version'], options),
    cluster: textOf(said['cluster_name'], options),
    connections: numberOf(objects!['connections']),
    channels: numberOf(objects!['channels']),
    consumers: numberOf(objects!['consumers']),
    queues: numberOf(objects!['queues']),
    ready: numberOf(totals!['messages_ready']),
    unacknowledged: numberOf(totals!['messages_unacknowledged']),
    publishRate: numberOf(fieldsOf(rates!['publish_details'])['rate']),
    deliverRate: numberOf(fieldsOf(rates!['deliver_get_details'])['rate']),
  };
}

/** Its nodes, with their alarms and limits. @throws HostError `ObservationFailed` */
export async function readBrokerNodes(managementUrl: string, options: ProbeOptions): Promise<BrokerNode[]> {
  const said = listOf(await ask(managementUrl, `/api/nodes?columns=${NODE}`, options));
  return said.slice(0, NODES_TOLD).map((node) => ({
    name: textOf(node['name'], options),
    isRunning: node['running'] === true,
    uptimeMs: numberOf(node['uptime']),
    memory: {
      used: numberOf(node['mem_used']),
      limit: numberOf(node['mem_limit']),
      hasAlarm: node['mem_alarm'] === true,
    },
    disk: {
      free: numberOf(node['disk_free']),
      limit: numberOf(node['disk_free_limit']),
      hasAlarm: node['disk_free_alarm'] === true,
    },
    files: { used: numberOf(node['fd_used']), limit: numberOf(node['fd_total']) },
  }));
}

/** `rabbitmqctl list_queues`, the fullest first. @throws HostError `ObservationFailed` */
export async function readQueues(managementUrl: string, options: ProbeOptions): Promise<QueueList> {
  const said = fieldsOf(await ask(managementUrl, `/api/queues?columns=${QUEUE}&${PAGE}`, options));
  const queues = listOf(said['items']).map((queue): BrokerQueue => ({
    name: textOf(queue['name'], options),
    vhost: textOf(queue['vhost'], options),
    state: textOf(queue['state'], options),
    ready: numberOf(queue['messages_ready']),
    unacknowledged: numberOf(queue['messages_unacknowledged']),
    consumers: numberOf(queue['consumers']),
  }));
  return { queues: queues.slice(0, QUEUES_TOLD), total: numberOf(said['total_count']) ?? queues.length };
}

/** RabbitMQ's management answers what it counts anyway, a second or more old. */
async function ask(managementUrl: string, question: string, options: ProbeOptions): Promise<unknown> {
  const { endpoint, body } = await probeHttp(managementUrlOf(managementUrl, question), {
    timeoutMs: 3_000,
    ...options,
  });
  const { answer, status, detail } = endpoint;
  if (answer !== 'ok') {
    const why = [status === null ? answer : `status ${status}`, detail].filter((part) => part !== '').join(', ');
    throw new HostError('ObservationFailed', `RabbitMQ's management: ${why}`);
  }
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new HostError('ObservationFailed', "RabbitMQ's management answered something else than JSON");
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function textOf(value: unknown, { redact }: ProbeOptions): string {
  return typeof value === 'string' ? redact(value, NAME_CHARACTERS) : '';
}
