import type { CauseScenario, PageScenarios, World } from './cause';

const WAITING = 500;
const EVENT = '17';

/** F. Events do not reach RabbitMQ. */
export const outboxStuck: PageScenarios = {
  runbook: 'outboxStuck',
  severity: 'warning',
  causes: withWaitingEvents([
    {
      cite: 'F.1',
      name: 'down',
      title: 'RabbitMQ is down',
      given: ({ host }) => {
        host.up.rabbitmq = false;
      },
    },
    {
      cite: 'F.1',
      name: 'alarm',
      title: 'RabbitMQ blocks publishers by an alarm: it is not restarted',
      given: diskAlarm,
    },
    {
      cite: 'F.1',
      name: 'exchanges',
      title: 'RabbitMQ lacks exchanges: no event is at fault, and no publisher',
      given: ({ host }) => {
        host.exchangesMissing = ['kingfisher.events'];
        host.outbox.poisoned = [EVENT];
      },
    },
    {
      cite: 'F.2',
      name: 'firewall',
      title: "The firewall blocks RabbitMQ's port",
      given: ({ host }) => {
        const rules = [{ chain: 'inet filter output', rule: 'tcp dport 5672 drop' }];
        host.paths.rabbitmq = { isReachable: false, why: 'timeout', rules };
      },
    },
    {
      cite: 'F.3',
      name: 'no-attempts',
      title: 'An event that has no attempts left blocks all others',
      given: ({ host }) => {
        host.outbox.poisoned = [EVENT];
      },
    },
    {
      cite: 'F.3',
      name: 'publisher',
      title: 'The publisher is stuck while RabbitMQ is well',
      given: ({ host }) => {
        host.outbox.stuckIn = host.invocation.kingfisher;
        host.logLines = ['ERROR outbox publisher: channel closed'];
      },
    },
    {
      cite: 'F.3',
      name: 'after-restart',
      title: 'An event blocks all others, and a restart did not help',
      isLastResort: true,
      given: ({ host }) => {
        host.outbox.poisoned = [EVENT];
        // It has attempts left, and nobody makes them.
        host.outbox.attempts = 2;
      },
    },
  ]),
};

function withWaitingEvents(causes: CauseScenario[]): CauseScenario[] {
  return causes.map((cause) => ({
    ...cause,
    given: (world) => {
      world.host.outbox.pending = WAITING;
      cause.given(world);
    },
  }));
}

function diskAlarm({ host }: World): void {
  host.conditions.rabbitmq = 'protecting';
  host.outbox.alarms = [{ kind: 'disk', node: 'rabbit@h1', now: 40 * 1024 ** 2, limit: 50 * 1024 ** 2 }];
  host.also.waitUntilDependencyClear = async ({ dependency }) => ({
    ...host.dependency(dependency),
    why: 'unhealthy: RabbitMQ blocks publishers: low on disk',
  });
}
