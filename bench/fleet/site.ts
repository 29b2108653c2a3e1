import { join } from 'node:path';
import { PATIENT_GUARD, startStack } from '../../lab/stack';
import type { Stack } from '../../lab/stack';
import { StandInPagers } from '../../lab/stand-ins/pagers';
import { Ending } from '../../lab/support/ending';
import { forEachLimited } from '../../src/intake/limited';
import { postAlertPatiently } from '../post-alert';
import { memoryMb } from './memory';

/** As many senders as an Alertmanager with many groups is. */
export const SENDERS = 32;
const WARM_UP = 20;

/** Everything of Halcyon but agents, with pagers that take every page, and that has worked a little already. */
export interface FleetSite {
  stack: Stack;
  /** Memory of both, MB. */
  memory(): { controllerMb: number; serverMb: number };
  /** Posts an alert of each of these hosts. Gives how many Temporal took in a second. */
  post(hosts: readonly string[], status: 'firing' | 'resolved'): Promise<number>;
  down(): Promise<void>;
}

export async function setUpFleet(directory: string, hosts: readonly string[]): Promise<FleetSite> {
  const ending = new Ending();
  try {
    const pagers = await StandInPagers.start();
    ending.add(() => pagers.stop());
    const warmUp = namesOf('warm', WARM_UP);
    const stack = await startStack({
      directory: join(directory, 'halcyon'),
      hosts: Object.fromEntries([...warmUp, ...hosts].map((host) => [host, { instances: [host], services: [] }])),
      // What is healed is well for good here, and nobody waits five minutes to be sure.
      runbooks: { serviceDown: { stabilityWindow: '20ms', steadyFor: '1s' } },
      sections: { ...pagers.sections('10m', '30m', '60m'), guard: PATIENT_GUARD },
      env: pagers.env,
    });
    ending.add(() => stack.stop());
    const site = {
      stack,
      memory: () => ({ controllerMb: memoryMb(stack.controller.pid), serverMb: memoryMb(stack.temporal.pid) }),
      post: (names: readonly string[], status: 'firing' | 'resolved') => postAll(stack, names, status),
      down: () => ending.run(),
    };
    await site.post(warmUp, 'firing');
    return site;
  } catch (err) {
    await ending.run();
    throw err;
  }
}

/** `away-001`, … */
export function namesOf(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${String(index + 1).padStart(4, '0')}`);
}

export function incidentOf(host: string): string {
  return `incident/KingfisherServiceDown/${host}`;
}

async function postAll(stack: Stack, hosts: readonly string[], status: 'firing' | 'resolved'): Promise<number> {
  const startsAt = new Date().toISOString();
  const from = performance.now();
  await forEachLimited(hosts, SENDERS, (host) => postAlertPatiently(stack, { status, startsAt, host }));
  return hosts.length / ((performance.now() - from) / 1_000);
}
