import { setTimeout as sleep } from 'node:timers/promises';
import { connectWhenReachable } from '../../src/temporal/connection';
import { searchAttributes } from '../../src/shared/search-attributes';
import { escalationId, guardId } from '../../src/shared/ids';
import { actionsOf, eventsOf } from './actions';
import { measureBare } from './bare';
import { SimulatedAgents } from './simulated-agents';
import { incidentOf, namesOf, setUpFleet } from './site';
import type { FleetSite } from './site';

const LOOK_EVERY_MS = 250;
const CLOSED_WITHIN_MS = 600_000;
/** So many incidents are read through. */
const SAMPLE = 20;

export interface Healing {
  /** From the first alert to the last close. */
  closedPerS: number;
  /** As many workflows and activities in the same run, on the same server, by the same agents, without Halcyon. */
  bareClosedPerS: number;
  /** Of an incident with its clock and its part of its host's guard, as a mean; beats of the agents among them. */
  actionsPerHealed: number;
}

/** Incidents for hosts that are down, with simulated agents that heal them; Alertmanager resolves what is healthy. */
export async function measureHealing(directory: string, count: number, say: (line: string) => void): Promise<Healing> {
  const hosts = namesOf('healing', count);
  say(`${count} hosts that are down, and their agents: starting`);
  const site = await setUpFleet(directory, hosts);
  try {
    const settings = { address: site.stack.temporal.address, namespace: 'default', apiKey: null, tls: null };
    const connection = await connectWhenReachable(settings, { warn: () => undefined });
    const agents = await SimulatedAgents.start(connection, hosts);
    try {
      const healing = await healAll(site, agents, hosts, say);
      return { ...healing, bareClosedPerS: await measureBare(site.stack, directory, hosts) };
    } finally {
      await agents.stop();
      await connection.close();
    }
  } finally {
    await site.down();
  }
}

async function healAll(
  site: FleetSite,
  agents: SimulatedAgents,
  hosts: readonly string[],
  say: (line: string) => void,
): Promise<Omit<Healing, 'bareClosedPerS'>> {
  const from = performance.now();
  const resolving = resolveHealed(site, agents);
  await site.post(hosts, 'firing');
  await Promise.all([resolving, untilClosed(site, hosts.length, say)]);
  const seconds = (performance.now() - from) / 1_000;
  say(`all closed after ${seconds.toFixed(1)} s`);
  const inHistories = await countActions(site, hosts.slice(0, SAMPLE));
  return { closedPerS: hosts.length / seconds, actionsPerHealed: inHistories + agents.beats / hosts.length };
}

/** As Alertmanager: what is healthy after its restart is resolved. */
async function resolveHealed(site: FleetSite, agents: SimulatedAgents): Promise<void> {
  const left = new Map(agents.hosts);
  while (left.size > 0) {
    const healed = [...left].filter(([, host]) => host.restarts.length > 0 && host.kingfisherHealthy());
    for (const [name] of healed) left.delete(name);
    await site.post(
      healed.map(([name]) => name),
      'resolved',
    );
    await sleep(LOOK_EVERY_MS);
  }
}

async function untilClosed({ stack }: FleetSite, count: number, say: (line: string) => void): Promise<void> {
  const closed = `WorkflowType = 'serviceDown' AND ExecutionStatus = 'Completed'`;
  const deadline = Date.now() + CLOSED_WITHIN_MS;
  for (let told = 0; ;) {
    const { count: seen } = await stack.client.workflow.count(closed);
    if (seen >= count) break;
    if (Date.now() > deadline) throw new Error(`only ${seen} of ${count} incidents were closed in time`);
    if (seen >= told + count / 5) say(`${(told = seen)} of ${count} closed`);
    await sleep(LOOK_EVERY_MS);
  }
  const healed = await stack.client.workflow.count(`${closed} AND ${searchAttributes.outcome.name} = 'healed'`);
  if (healed.count !== count) throw new Error(`${healed.count} of ${count} incidents were healed`);
}

async function countActions({ stack }: FleetSite, hosts: readonly string[]): Promise<number> {
  let actions = 0;
  for (const host of hosts) {
    const incident = incidentOf(host);
    for (const id of [incident, escalationId(incident), guardId(host)]) {
      actions += actionsOf(await eventsOf(stack.client, id));
    }
  }
  return actions / hosts.length;
}
