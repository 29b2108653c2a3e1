import type { Finding, IncidentView } from '../../../../src/shared/incident';
import { headline } from '../../../../src/shared/summary/headline';
import { entry, view } from '../../workflows/views';

const AT = '2026-11-23T10:00:06.000Z';
const look = entry({ at: AT, cite: 'F.diagnosis', title: 'Events', kind: 'look', status: 'notSo', condition: 'down' });
const found = (name: string, detail: string): Finding => ({ name, detail, cite: 'F.1', at: AT });
const cause = (evidence: string) => ({ cite: 'F.3', title: 'A cause', evidence });

/** As page F says its causes. */
it.each<[string, Partial<IncidentView>]>([
  ['RabbitMQ down', { cause: cause('RabbitMQ down (refused: connection refused)') }],
  ['its publisher stuck', { cause: cause('publisher stuck: over 100 events wait, no fewer in 30 s') }],
  ['event 17 blocking all others', { cause: cause('event 17 (cluster.found), 5 of 5 attempts: NOT_FOUND; others') }],
  [
    'RabbitMQ blocking publishers (disk alarm on rabbit@h1)',
    { findings: [found('PublishersBlocked', 'disk alarm on rabbit@h1: 1.0 MiB free, at least 50.0 MiB needed')] },
  ],
  ["RabbitMQ's port blocked by a firewall", { findings: [found('DependencyPortBlocked', 'rabbitmq: port 5672')] }],
  ['its outbox unreadable', { findings: [found('OutboxUnreadable', "KingFisher's statistics, absent: 404")] }],
])('%s', (why, of) => {
  const open: Partial<IncidentView> = { runbook: 'outboxStuck', state: 'waitingForPeople', timeline: [look], ...of };
  expect(headline(view(open))).toBe(`Publishing of events down on h1: ${why}; Halcyon changed nothing; needs you`);
});
