import type { BrokerAlarm, BrokerAlarms } from '../../shared/observations/events/broker';
import type { ProbeOptions } from '../probes/answers';
import { probeHttp } from '../probes/http';
import { managementUrlOf } from './management-url';

const NODES_AT_MOST = 20;
const NAME_CHARACTERS = 100;
/** No more than this: the whole of it is long, and longer with each node. */
const COLUMNS = 'name,mem_alarm,mem_used,mem_limit,disk_free_alarm,disk_free,disk_free_limit';

/** By which alarms RabbitMQ blocks publishers, and what would end them. Only its list of nodes says that there is none. */
export async function observeBrokerAlarms(managementUrl: string, options: ProbeOptions): Promise<BrokerAlarms> {
  const { endpoint, body } = await probeHttp(managementUrlOf(managementUrl, `/api/nodes?columns=${COLUMNS}`), options);
  if (endpoint.answer !== 'ok') return { endpoint, alarms: [] };
  const nodes = parseNodes(body);
  if (nodes === undefined) return { endpoint: { ...endpoint, answer: 'malformed' }, alarms: [] };
  const alarms = nodes.slice(0, NODES_AT_MOST).flatMap((node) => alarmsOf(node, options));
  return { endpoint: { ...endpoint, detail: `${nodes.length} nodes` }, alarms };
}

type Node = Record<string, unknown>;

function parseNodes(body: string): Node[] | undefined {
  try {
    const nodes: unknown = JSON.parse(body);
    if (!Array.isArray(nodes) || nodes.length === 0) return undefined;
    const isNode = (node: unknown) =>
      typeof node === 'object' &&
      node !== null &&
      typeof (node as Node)['mem_alarm'] === 'boolean' &&
      typeof (node as Node)['disk_free_alarm'] === 'boolean';
    return nodes.every(isNode) ? (nodes as Node[]) : undefined;
  } catch {
    return undefined;
  }
}

function alarmsOf(node: Node, { redact }: ProbeOptions): BrokerAlarm[] {
  const name = redact(String(node['name'] ?? ''), NAME_CHARACTERS);
  const size = (key: string) => (typeof node[key] === 'number' ? node[key] : null);
  const memory: BrokerAlarm = { kind: 'memory', node: name, now: size('mem_used'), limit: size('mem_limit') };
  const disk: BrokerAlarm = { kind: 'disk', node: name, now: size('disk_free'), limit: size('disk_free_limit') };
  return [...(node['mem_alarm'] === true ? [memory] : []), ...(node['disk_free_alarm'] === true ? [disk] : [])];
}
