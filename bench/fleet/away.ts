import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { searchAttributes } from '../../src/shared/search-attributes';
import { escalationId, guardId } from '../../src/shared/ids';
import { forEachLimited } from '../../src/intake/limited';
import { incidentOf, namesOf, setUpFleet } from './site';
import type { FleetSite } from './site';

const KNOWN_WITHIN_MS = 600_000;
/** After every agent is known to be away: enough for everyone to have been told. */
const SETTLED_AFTER_MS = 30_000;
const COUNTED_FOR_MS = 120_000;
const HOUR_MS = 3_600_000;
/** So many incidents are counted. */
const SAMPLE = 100;

export interface Away {
  acceptedPerS: number;
  controllerMbPerOpen: number;
  serverMbPerOpen: number;
  /** Of an incident by itself, as a mean. */
  eventsPerHourWaiting: number;
  /** The same, with its clock and its host's guard. */
  eventsPerHourWithAll: number;
  /** Of an incident, by the end. */
  events: number;
}

/** Incidents for hosts whose agents are all away. */
export async function measureAway(directory: string, count: number, say: (line: string) => void): Promise<Away> {
  const hosts = namesOf('away', count);
  say(`${count} hosts whose agents are away: starting Temporal, controller and intake`);
  const site = await setUpFleet(directory, hosts);
  try {
    await sleep(SETTLED_AFTER_MS / 2);
    const before = site.memory();
    const acceptedPerS = await site.post(hosts, 'firing');
    say(`accepted ${acceptedPerS.toFixed(0)} a second; waiting until every agent is known to be away`);
    await untilKnown(site, count);
    await sleep(SETTLED_AFTER_MS);
    const after = site.memory();
    say(`counting events for ${COUNTED_FOR_MS / 1_000} s`);
    return {
      acceptedPerS,
      controllerMbPerOpen: (after.controllerMb - before.controllerMb) / count,
      serverMbPerOpen: (after.serverMb - before.serverMb) / count,
      ...(await countEvents(site, hosts.slice(0, SAMPLE))),
    };
  } finally {
    await site.down();
  }
}

async function untilKnown({ stack }: FleetSite, count: number): Promise<void> {
  const deadline = Date.now() + KNOWN_WITHIN_MS;
  const waiting = `WorkflowType = 'serviceDown' AND ${searchAttributes.state.name} = 'waitingForAgent'`;
  while ((await stack.client.workflow.count(waiting)).count < count) {
    if (Date.now() > deadline) throw new Error('not every incident knew in time that its agent is away');
    await sleep(1_000);
  }
}

async function countEvents(site: FleetSite, hosts: readonly string[]) {
  const begunAt = performance.now();
  const before = await lengths(site, hosts);
  await sleep(COUNTED_FOR_MS);
  const after = await lengths(site, hosts);
  const hours = (performance.now() - begunAt) / HOUR_MS;
  const perHour = (late: number, early: number) => (late - early) / hours / hosts.length;
  return {
    eventsPerHourWaiting: perHour(after.incidents, before.incidents),
    eventsPerHourWithAll: perHour(after.all, before.all),
    events: after.incidents / hosts.length,
  };
}

/** Events of all these incidents together, and of what goes with them. */
async function lengths({ stack }: FleetSite, hosts: readonly string[]): Promise<{ incidents: number; all: number }> {
  const sum = { incidents: 0, all: 0 };
  await forEachLimited(hosts, 8, async (host) => {
    const incident = incidentOf(host);
    for (const id of [incident, escalationId(incident), guardId(host)]) {
      const events = await historyLengthOf(stack.client, id);
      sum.all += events;
      if (id === incident) sum.incidents += events;
    }
  });
  return sum;
}

/** A clock or a guard that is behind may not be there yet. */
async function historyLengthOf(client: Client, workflowId: string): Promise<number> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).historyLength;
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return 0;
    throw err;
  }
}
