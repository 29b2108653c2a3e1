import type { IncidentInput, IncidentView } from '../../../../src/shared/incident';
import type { ScriptedHost } from '../../../../src/simulate/script/scripted-host';
import { approveUpdate, rejectUpdate } from '../../../../src/workflows/messages';
import {
  POLICY,
  alert,
  closedByHand,
  incidentInput,
  resolvedWhenWell,
  startIncident,
  untilState,
} from '../../../support/incidents';
import { SAFETY } from '../../../support/safety';
import { WorkflowSite } from '../../../support/sites/workflow-site';
import { recordHistory } from '../../../support/temporal/record-history';

let site: WorkflowSite;
beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

const ALERT = 'KingfisherOutboxEventsStuck';
const STUCK = 500;

const titles = ({ timeline }: IncidentView) => timeline.map(({ title }) => title);
const findings = (view: IncidentView) => view.findings.map(({ name }) => name);
const entry = (view: IncidentView, title: string) => view.timeline.find((one) => one.title === title);

async function began(host: ScriptedHost, name: string, overrides: Partial<IncidentInput> = {}) {
  if (host.outbox.pending === 0) host.outbox.pending = STUCK;
  const labels = { alertname: ALERT, instance: `${name}:8201`, severity: 'critical' };
  const first = alert({ alertname: ALERT, labels });
  const policy = { ...POLICY, limits: { pendingAbove: 100 } };
  const input = incidentInput(name, { runbook: 'outboxStuck', alertname: ALERT, policy, ...overrides });
  return { first, handle: await startIncident(site.env.client, name, first, input) };
}

/** Until it is well and Alertmanager agrees. */
async function healed(host: ScriptedHost, name: string, history: string | null) {
  const { first, handle } = await began(host, name);
  const result = await resolvedWhenWell(handle, first);
  if (history !== null) await recordHistory(handle, `outboxStuck.${history}`);
  expect(result.outcome).toBe('healed');
  return result;
}

/** Until people have it, or are asked; then a person closes it. */
async function left(host: ScriptedHost, name: string, history: string | null, overrides: Partial<IncidentInput> = {}) {
  const { handle } = await began(host, name, overrides);
  const view = await closedByHand(handle);
  if (history !== null) await recordHistory(handle, `outboxStuck.${history}`);
  return view;
}

/** As RabbitMQ tells it to a connection that publishes. */
function blocking(host: ScriptedHost, reason: string): void {
  host.conditions.rabbitmq = 'protecting';
  host.also.waitUntilDependencyClear = async ({ dependency }) => ({
    ...host.dependency(dependency),
    why: `unhealthy: RabbitMQ 3.10.8 blocks publishers: ${reason}`,
  });
}

const changes = (host: ScriptedHost) => host.calls.filter((call) => call.startsWith('ensure'));

describe('F.1 RabbitMQ', () => {
  it('that is down is started anew, has its exchanges, and the outbox falls', async () => {
    await site.withHost(async (host, name) => {
      host.up.rabbitmq = false;
      const view = await healed(host, name, 'broker-down');
      expect(host.restarts).toEqual(['rabbitmq']);
      const order = ['RabbitMQ is down', 'Restart rabbitmq', 'RabbitMQ has its exchanges'];
      expect(titles(view).filter((title) => order.includes(title))).toEqual(order);
      const verified = entry(view, 'Verify: events that wait become fewer, and go on to');
      expect(verified).toMatchObject({ status: 'done', condition: 'well', cite: 'F' });
      expect(findings(view)).not.toContain('DependencyStillDown');
    });
  });

  it('that lost an exchange is told, for what is sent there is lost or stuck', async () => {
    await site.withHost(async (host, name) => {
      host.up.rabbitmq = false;
      host.exchangesMissing = ['kingfisher.events'];
      const view = await healed(host, name, null);
      expect(view.findings).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: 'ExchangesMissing', cite: 'F.1' })]),
      );
    });
  });

  it('that is well again beside a publisher that is not: KingFisher follows', async () => {
    await site.withHost(async (host, name) => {
      host.up.rabbitmq = false;
      host.outbox.stuckIn = host.invocation.kingfisher;
      await healed(host, name, 'broker-and-publisher');
      expect(host.restarts).toEqual(['rabbitmq', 'kingfisher']);
    });
  });

  it('that is well and lacks an exchange is told: no event is moved, and nothing restarted', async () => {
    await site.withHost(async (host, name) => {
      host.exchangesMissing = ['kingfisher.events'];
      host.outbox.poisoned = ['17'];
      host.outbox.exhausted = 3;
      const view = await left(host, name, 'lacks-exchanges');
      expect(changes(host)).toEqual([]);
      expect(view.approvals).toEqual([]);
      expect(findings(view)).toEqual(expect.arrayContaining(['ExchangesMissing', 'OutboxExhausted']));
      expect(view.cause).toMatchObject({ cite: 'F.1', evidence: 'it has no kingfisher.events' });
    });
  });

  it('that blocks publishers by an alarm is not restarted: people hear which alarm, and what would end it', async () => {
    await site.withHost(async (host, name) => {
      blocking(host, 'low on disk');
      host.outbox.alarms = [{ kind: 'disk', node: 'rabbit@h1', now: 40 * 1024 ** 2, limit: 50 * 1024 ** 2 }];
      const view = await left(host, name, 'alarm');
      expect(changes(host)).toEqual([]);
      expect(view.findings).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            name: 'PublishersBlocked',
            detail: 'disk alarm on rabbit@h1: 40.0 MiB free, at least 50.0 MiB needed',
          }),
        ]),
      );
      expect(titles(view)).not.toContain('The publisher is stuck while RabbitMQ is well');
    });
  });

  it('that blocks publishers by an alarm that its management does not know yet is told in its own words', async () => {
    await site.withHost(async (host, name) => {
      blocking(host, 'low on memory');
      host.outbox.alarms = [{ kind: 'disk', node: 'rabbit@h1', now: 1, limit: 2 }];
      const view = await left(host, name, null);
      expect(changes(host)).toEqual([]);
      expect(view.findings).toContainEqual(
        expect.objectContaining({ name: 'PublishersBlocked', detail: 'low on memory' }),
      );
    });
  });

  it('that refuses the credentials is not restarted, nor is KingFisher', async () => {
    await site.withHost(async (host, name) => {
      host.conditions.rabbitmq = 'refused';
      const view = await left(host, name, null);
      expect(changes(host)).toEqual([]);
      expect(findings(view)).toContain('DependencyRefused');
    });
  });
});

describe('F.2 the network', () => {
  it('that is cut by a firewall rule is named by that rule, and a RabbitMQ that runs is not restarted', async () => {
    await site.withHost(async (host, name) => {
      const rules = [{ chain: 'inet filter output', rule: 'tcp dport 5672 drop' }];
      host.paths.rabbitmq = { isReachable: false, why: 'timeout', rules };
      const view = await left(host, name, 'firewall');
      expect(changes(host)).toEqual([]);
      const detail = expect.stringContaining('inet filter output: tcp dport 5672 drop');
      expect(view.findings).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: 'DependencyPortBlocked', cite: 'F.2', detail })]),
      );
      expect(view.cause).toMatchObject({ cite: 'F.2' });
      const held = view.findings.filter(({ withdrawnAt }) => withdrawnAt === undefined);
      expect(held.map(({ name }) => name)).toEqual(['DependencyPortBlocked']);
    });
  });

  it('that is open to the agent and closed to KingFisher alone is named, too', async () => {
    await site.withHost(async (host, name) => {
      host.paths.rabbitmq = { rules: [{ chain: 'inet filter output', rule: 'meta skuid 999 tcp dport 5672 drop' }] };
      const view = await left(host, name, null);
      expect(changes(host)).toEqual([]);
      expect(findings(view)).toContain('DependencyPortBlocked');
    });
  });
});

describe('F.3 the publisher', () => {
  it('that is stuck while RabbitMQ is well is started anew with KingFisher', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.stuckIn = host.invocation.kingfisher;
      host.logLines = ['INFO request', 'ERROR outbox publisher: channel closed'];
      const view = await healed(host, name, 'publisher');
      expect(host.restarts).toEqual(['kingfisher']);
      const said = entry(view, 'What the publisher said last');
      expect(said?.detail).toContain('channel closed');
      expect(said?.detail).not.toContain('INFO request');
    });
  });

  it('is restarted by the number alone where nobody configured the table', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.hasTable = false;
      host.outbox.stuckIn = host.invocation.kingfisher;
      await healed(host, name, null);
      expect(host.restarts).toEqual(['kingfisher']);
    });
  });

  it('that publishes less than comes, or tries and fails, is not stuck: nothing is restarted', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.arriving = 100_000;
      const view = await left(host, name, 'more-come');
      expect(changes(host)).toEqual([]);
      expect(entry(view, 'The publisher is not stuck: KingFisher is not restarted')?.detail).toMatch(/^it publishes/);
    });
    await site.withHost(async (host, name) => {
      host.outbox.poisoned = ['17'];
      host.outbox.attempts = -1_000;
      host.outbox.isRetried = true;
      const view = await left(host, name, 'tries-and-fails');
      expect(changes(host)).toEqual([]);
      const detail = entry(view, 'The publisher is not stuck: KingFisher is not restarted')?.detail;
      expect(detail).toMatch(/^it tries, and fails: event 17 .* payload too large/);
    });
  });
});

describe('F.3 an event that blocks all others', () => {
  const asked = async (handle: Awaited<ReturnType<typeof began>>['handle']) =>
    (await untilState(handle, 'waitingForApproval')).approvals.find(({ state }) => state === 'asked')!;

  it('is moved to quarantine when people approve it, and so is the next one', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.poisoned = ['17', '18'];
      const { first, handle } = await began(host, name);
      const one = await asked(handle);
      expect(one.subject).toMatchObject({
        risk: 'quarantine',
        cite: 'F.3',
        title: 'Move event 17 to quarantine: it blocks all others',
        arguments: { event: '17', attempts: 5 },
        precondition: expect.stringContaining('5 of 5 attempts: PRECONDITION_FAILED: payload too large'),
      });
      expect(changes(host)).toEqual([]);
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash: one.hash }] });
      await site.passUntil(() => host.outbox.quarantined.length === 1, 'a quarantine');
      const two = await asked(handle);
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash: two.hash }] });
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
      await recordHistory(handle, 'outboxStuck.quarantined');
      expect(host.outbox.quarantined).toEqual(['17', '18']);
      expect(host.restarts).toEqual([]);
    });
  });

  it('stays when people say no, and nothing bigger is done in its place', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.poisoned = ['17'];
      const { handle } = await began(host, name);
      const { hash } = await asked(handle);
      await handle.executeUpdate(rejectUpdate, { args: [{ as: 'anna', hash, note: 'we look at it' }] });
      await untilState(handle, 'waitingForPeople');
      await closedByHand(handle);
      await recordHistory(handle, 'outboxStuck.rejected');
      expect(changes(host)).toEqual([]);
      expect(host.outbox.quarantined).toEqual([]);
    });
  });

  it('stays when it was published while people thought', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.poisoned = ['17'];
      host.outbox.arriving = 0;
      const { first, handle } = await began(host, name);
      await asked(handle);
      host.outbox.poisoned = [];
      await site.passUntil(async () => (await handle.query<IncidentView>('timeline')).state === 'watching', 'well');
      const view = await handle.query<IncidentView>('timeline');
      expect(view.approvals.map(({ state }) => state)).toEqual(['withdrawn']);
      await resolvedWhenWell(handle, first);
      await recordHistory(handle, 'outboxStuck.published-meanwhile');
      expect(host.outbox.quarantined).toEqual([]);
    });
  });

  it('and has attempts left that nobody makes is asked for after a restart did not help', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.poisoned = ['17'];
      host.outbox.attempts = 2;
      const { first, handle } = await began(host, name);
      const { hash } = await asked(handle);
      expect(host.restarts).toEqual(['kingfisher']);
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash }] });
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
      await recordHistory(handle, 'outboxStuck.head-after-restart');
      expect(host.outbox.quarantined).toEqual(['17']);
    });
  });

  it('is not asked for where the host does not allow it', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart'];
      host.outbox.poisoned = ['17'];
      const view = await left(host, name, null);
      expect(view.approvals).toEqual([]);
      expect(findings(view)).toContain('NotAllowed');
    });
  });
});

describe('evidence that is not good', () => {
  const ERROR = { evidence: 'malformed', detail: '/api/v1/outbox/stats answers 200 without pending' } as const;

  it('an outbox that nobody can read is not empty: nothing is done, and people hear it', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.statistics = ERROR;
      host.outbox.hasTable = false;
      const view = await left(host, name, 'unreadable');
      expect(changes(host)).toEqual([]);
      expect(findings(view)).toContain('OutboxUnreadable');
      expect(entry(view, 'Events that wait in the outbox')).toMatchObject({ status: 'notSo' });
    });
  });

  it('RabbitMQ is restarted without it, and that the outbox falls stays unknown', async () => {
    await site.withHost(async (host, name) => {
      host.up.rabbitmq = false;
      host.outbox.statistics = ERROR;
      host.outbox.hasTable = false;
      const view = await left(host, name, null);
      expect(host.restarts).toEqual(['rabbitmq']);
      expect(view.outcome).not.toBe('healed');
    });
  });

  it('a site without statistics is served by the table', async () => {
    await site.withHost(async (host, name) => {
      host.up.rabbitmq = false;
      host.outbox.statistics = { evidence: 'absent', detail: '/api/v1/outbox/stats answers 404' };
      const view = await healed(host, name, null);
      expect(findings(view)).not.toContain('OutboxUnreadable');
      expect(entry(view, 'Events that wait in the outbox')?.detail).toContain('answers 404');
    });
  });

  it('statistics that say none while the table holds many are a contradiction, and no reason to act', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.claimed = 0;
      host.outbox.stuckIn = host.invocation.kingfisher;
      const view = await left(host, name, 'contradictory');
      expect(changes(host)).toEqual([]);
      expect(findings(view)).toContain('OutboxContradictory');
    });
    await site.withHost(async (host, name) => {
      host.outbox.claimed = 0;
      host.outbox.poisoned = ['17'];
      const { handle } = await began(host, name);
      expect((await closedByHand(handle)).approvals).toEqual([]);
    });
  });

  it('an outbox that is well while its alert fires is a fault of monitoring', async () => {
    await site.withHost(async (host, name) => {
      host.outbox.pending = 3;
      const { first, handle } = await began(host, name);
      await untilState(handle, 'watching');
      await site.env.sleep('20m');
      const view = await handle.query<IncidentView>('timeline');
      expect(view.findings).toMatchObject([
        { name: 'AlertContradicted', detail: expect.stringMatching(/^The outbox has been/) },
      ]);
      await resolvedWhenWell(handle, first);
      await recordHistory(handle, 'outboxStuck.monitoring-fault');
      expect(changes(host)).toEqual([]);
    });
  }, 120_000);
});

describe('what may not be', () => {
  it('observe: nothing changes, the same cause is named, and what would be done is said', async () => {
    await site.withHost(async (host, name) => {
      host.up.rabbitmq = false;
      const view = await left(host, name, 'observe', { safety: { ...SAFETY, mode: 'observe' } });
      expect(changes(host)).toEqual([]);
      expect(view.cause).toMatchObject({ cite: 'F.1' });
      expect(titles(view)).toContain('Would restart rabbitmq');
    });
  });

  it('an outbox that fell and stops falling is diagnosed again', async () => {
    await site.withHost(async (host, name) => {
      host.up.rabbitmq = false;
      const { first, handle } = await began(host, name);
      await untilState(handle, 'watching');
      host.outbox.pending = STUCK;
      host.outbox.stuckIn = host.invocation.kingfisher;
      await site.passUntil(() => host.restarts.includes('kingfisher'), 'a restart of KingFisher');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
      await recordHistory(handle, 'outboxStuck.stuck-again');
    });
  }, 120_000);
});
