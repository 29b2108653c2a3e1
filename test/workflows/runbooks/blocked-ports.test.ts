import type { IncidentView } from '../../../src/shared/incident';
import type { DependencyPath, DependencyState } from '../../../src/shared/observations/probes';
import type { DependencyName } from '../../../src/shared/observations/service';
import { endpoint } from '../../../src/simulate/script/scripted-answers';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { scriptedPath } from '../../../src/simulate/script/scripted-service';
import { timelineQuery } from '../../../src/workflows/messages';
import { alert, closedByHand, resolvedWhenWell, startIncident, untilState } from '../../support/incidents';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { recordHistory } from '../../support/temporal/record-history';
import { waitFor } from '../../support/wait-for';

let site: WorkflowSite;
beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

const RULE = { chain: 'inet filter input', rule: 'tcp dport 5672 drop' };
const CAUSE = "The firewall blocks a dependency's port";

function block(host: ScriptedHost, dependency: DependencyName, rules = [RULE]): void {
  host.paths[dependency] = { isReachable: false, why: 'timeout', rules };
}

/** RabbitMQ as its probe sees it. */
function answering(host: ScriptedHost, seen: Partial<DependencyState>): void {
  host.also.waitUntilDependencyClear = async ({ dependency }) => ({
    ...host.dependency(dependency),
    ...(dependency === 'rabbitmq' ? seen : {}),
  });
}

const held = ({ findings }: IncidentView) =>
  findings.filter(({ withdrawnAt }) => withdrawnAt === undefined).map(({ name }) => name);
const titles = ({ timeline }: IncidentView) => timeline.map(({ title }) => title);

describe('a dependency that runs behind a firewall', () => {
  it('is not restarted, nor is KingFisher: the rule is named, and people are called at once', async () => {
    await site.withHost(async (host, name) => {
      block(host, 'rabbitmq');
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'waitingForPeople');
      await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 1, { what: 'a page at once' });
      const view = await handle.query(timelineQuery);
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      expect(view.approvals).toEqual([]);
      expect(view.cause).toMatchObject({ cite: 'A.2', title: CAUSE });
      expect(held(view)).toEqual(['DependencyPortBlocked']);
      expect(view.findings.find((one) => one.name === 'DependencyPortBlocked')?.detail).toBe(
        'rabbitmq: port 5672 of 127.0.0.1, a connection ends with timeout; blocked by inet filter input: tcp dport 5672 drop',
      );
      // Somebody takes the rule away.
      delete host.paths.rabbitmq;
      await site.passUntil(async () => (await handle.query(timelineQuery)).state === 'watching', 'a look');
      const result = await resolvedWhenWell(handle, first);
      await recordHistory(handle, 'serviceDown.firewall');
      expect(host.restarts).toEqual([]);
      expect(result.outcome).toBe('resolvedByPeople');
    });
  });

  it('is found where the rule rejects, and nothing is known of its unit', async () => {
    await site.withHost(async (host, name) => {
      block(host, 'rabbitmq');
      answering(host, { endpoint: endpoint('error', null), unit: null });
      const view = await closedByHand(await startIncident(site.env.client, name, alert()));
      expect(host.restarts).toEqual([]);
      expect(held(view)).toEqual(['DependencyPortBlocked']);
    });
  });

  it('is left alone beside one that is really down, which is restarted, while KingFisher keeps what it has', async () => {
    await site.withHost(async (host, name) => {
      block(host, 'postgres', [{ chain: 'iptables filter INPUT', rule: '-A INPUT -p tcp --dport 5432 -j DROP' }]);
      host.up.redis = false;
      const handle = await startIncident(site.env.client, name, alert());
      const view = await closedByHand(handle);
      await recordHistory(handle, 'serviceDown.firewall-and-down');
      expect(host.restarts).toEqual(['redis']);
      expect(titles(view)).toEqual(expect.arrayContaining(['Restart redis', "The way to PostgreSQL's port"]));
      expect(view.timeline.find(({ title }) => title === 'A dependency is down')?.detail).toBe('redis');
      expect(held(view)).toEqual(['DependencyPortBlocked']);
      expect(view.approvals).toEqual([]);
    });
  });

  it('is found in the next pass, too, where the rule comes while something else is mended', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      host.before = (activity) => {
        if (activity === 'waitUntil health') block(host, 'rabbitmq');
      };
      const view = await closedByHand(await startIncident(site.env.client, name, alert()));
      expect(host.restarts).not.toContain('rabbitmq');
      expect(titles(view)).toContain('Broke anew: diagnosing again');
      expect(held(view)).toEqual(['DependencyPortBlocked']);
    });
  });
});

describe('a dependency that is down', () => {
  it.each<[string, Partial<DependencyPath>]>([
    ['whose rules may not be read', { rules: [], rulesUnknown: '/usr/sbin/nft: Operation not permitted' }],
    ['that nobody listens for', { isListening: false }],
    [
      'that takes connections, beside a rule for some users',
      { isReachable: true, rules: [{ chain: 'inet filter output', rule: 'meta skuid 1001 tcp dport 5672 drop' }] },
    ],
  ])('%s is restarted as ever', async (_, seen) => {
    await site.withHost(async (host, name) => {
      block(host, 'rabbitmq');
      const path = scriptedPath(host, 'rabbitmq');
      host.also.observeDependencyPath = async () => ({ ...path, ...seen });
      const handle = await startIncident(site.env.client, name, alert());
      await site.passUntil(() => host.restarts.includes('rabbitmq'), 'a restart');
      const view = await closedByHand(handle);
      expect(view.findings.map((one) => one.name)).not.toContain('DependencyPortBlocked');
    });
  });

  it('is restarted where it is reached by a Unix socket, which has no port', async () => {
    await site.withHost(async (host, name) => {
      block(host, 'postgres');
      host.also.observeDependencyPath = async () => null;
      const handle = await startIncident(site.env.client, name, alert());
      await site.passUntil(() => host.restarts.includes('postgres'), 'a restart');
      const look = (await closedByHand(handle)).timeline.find(({ title }) => title === "The way to PostgreSQL's port");
      expect(look?.detail).toContain('Unix socket');
    });
  });

  it('is restarted by an agent that is too old to look at the way', async () => {
    const olderAgent = ['observeDependencyPath'];
    await site.withHost(async (host, name) => {
      block(host, 'rabbitmq');
      const view = await closedByHand(await startIncident(site.env.client, name, alert()));
      expect(host.restarts).toContain('rabbitmq');
      expect(held(view)).toContain('AgentTooOld');
    }, olderAgent);
  });

  it.each<[string, (host: ScriptedHost) => void]>([
    ['its unit does not run', (host) => (host.up.rabbitmq = false)],
    ['something else answers there', (host) => answering(host, { endpoint: endpoint('malformed', null) })],
  ])('is not looked at where %s: a restart comes first', async (_, breaks) => {
    await site.withHost(async (host, name) => {
      block(host, 'rabbitmq');
      breaks(host);
      const handle = await startIncident(site.env.client, name, alert());
      await site.passUntil(() => host.restarts.includes('rabbitmq'), 'a restart');
      const order = ["The way to RabbitMQ's port", 'Restart rabbitmq'];
      const seen = titles(await closedByHand(handle)).filter((title) => order.includes(title));
      expect(seen[0]).toBe('Restart rabbitmq');
    });
  });
});
