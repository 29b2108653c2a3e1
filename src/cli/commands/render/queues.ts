import { formatDuration } from '../../../shared/text/durations';
import { size } from '../../../shared/text/sizes';
import type { TopicAnswers } from '../../../shared/topics/answers';
import type { BrokerNode, BrokerOverview, BrokerProtocol, QueueList } from '../../../shared/topics/broker';
import { table } from '../../support/table';
import { known, section, tell } from './sections';

export function renderQueues({ protocol, overview, nodes, queues }: TopicAnswers['queues']): string[] {
  return [
    ...section('RabbitMQ', 'rabbitmqctl status', [
      ...tell(protocol, protocolLines),
      ...tell(overview, overviewLines),
      ...tell(nodes, (all) => all.flatMap(nodeLines)),
    ]),
    ...section('Queues', 'rabbitmqctl list_queues', tell(queues, queueLines)),
  ];
}

function protocolLines({ condition, endpoint }: BrokerProtocol): string[] {
  return [`${condition}: ${endpoint.detail} (${endpoint.latencyMs} ms)`];
}

function overviewLines(one: BrokerOverview): string[] {
  // It leaves out what never happened.
  const rates = `${one.publishRate ?? 'none'} published, ${one.deliverRate ?? 'none'} delivered a second`;
  return [
    `version ${one.version}, cluster ${one.cluster}`,
    `connections: ${known(one.connections)}, channels: ${known(one.channels)}, consumers: ${known(one.consumers)}`,
    `${known(one.ready)} messages ready, ${known(one.unacknowledged)} unacknowledged; ${rates}`,
  ];
}

function nodeLines({ name, isRunning, uptimeMs, memory, disk, files }: BrokerNode): string[] {
  const up = uptimeMs === null ? '' : ` for ${formatDuration(uptimeMs)}`;
  const amount = (bytes: number | null) => (bytes === null ? '?' : size(bytes));
  const alarms = [...(memory.hasAlarm ? ['memory'] : []), ...(disk.hasAlarm ? ['disk'] : [])];
  return [
    `${name}: ${isRunning ? `runs${up}` : 'does not run'}${alarms.length === 0 ? ', no alarm' : ''}`,
    ...alarms.map((alarm) => `  ALARM of its ${alarm}: publishers are blocked`),
    `  memory ${amount(memory.used)}, at most ${amount(memory.limit)}; disk free ${amount(disk.free)}, at least ${amount(disk.limit)}; files ${known(files.used)} of ${known(files.limit)}`,
  ];
}

function queueLines({ queues, total }: QueueList): string[] {
  if (queues.length === 0) return ['there are no queues'];
  const rows = queues.map(({ name, vhost, ready, unacknowledged, consumers, state }) => [
    known(ready),
    known(unacknowledged),
    known(consumers),
    state,
    `${vhost === '/' ? name : `${name} (${vhost})`}${ready !== null && ready > 0 && consumers === 0 ? '  nobody consumes it' : ''}`,
  ]);
  const more = total - queues.length;
  return [
    ...table([['READY', 'UNACKED', 'CONSUMERS', 'STATE', 'QUEUE'], ...rows]),
    ...(more > 0 ? [`(and ${more} with fewer messages)`] : []),
  ];
}
