import { join } from 'node:path';
import { Ending } from '../ending';
import { LabHost } from '../lab-host';
import { startMonitoring } from '../monitoring/monitoring';
import type { Monitoring } from '../monitoring/monitoring';
import type { Pace } from '../monitoring/monitoring-config';
import { ensurePackages } from '../packages';
import { PATIENT_GUARD, startStack } from '../stack';
import type { Stack } from '../stack';
import { StandInPagers } from '../stand-ins/pagers';

export const HOST = 'soak';
/** Tiers of a soak. The first is what `untoldMaxS` is measured by. */
export const FIRST_TIER_MS = 120_000;

/** Everything real but the pagers: a host with its agent, Prometheus, Alertmanager, Temporal, controller and intake. */
export interface SoakSite {
  host: LabHost;
  stack: Stack;
  monitoring: Monitoring;
  pagers: StandInPagers;
  /** KingFisher from outside: `http://127.0.0.1:port`. */
  kingfisherUrl: string;
  down(): Promise<void>;
}

/** @throws Error when a part does not come up; nothing is left behind then */
export async function setUpSoak(directory: string, pace: Pace, say: (line: string) => void): Promise<SoakSite> {
  await ensurePackages(say);
  const ending = new Ending();
  try {
    return { ...(await startParts(directory, pace, say, ending)), down: () => ending.run() };
  } catch (err) {
    await ending.run();
    throw err;
  }
}

async function startParts(
  directory: string,
  pace: Pace,
  say: (line: string) => void,
  ending: Ending,
): Promise<Omit<SoakSite, 'down'>> {
  say('booting the host, starting Temporal, controller, intake and the pagers');
  const pagers = await StandInPagers.start();
  ending.add(() => pagers.stop());
  const booting = LabHost.up(HOST);
  ending.add(async () => (await booting.catch(() => undefined))?.down());
  const starting = startStack({
    directory: join(directory, 'halcyon'),
    hosts: { [HOST]: { instances: [`${HOST}:8201`], services: [] } },
    sections: { ...pagers.sections(`${FIRST_TIER_MS / 1_000}s`, '5m', '10m'), guard: PATIENT_GUARD },
    env: pagers.env,
    onProgress: say,
  });
  ending.add(async () => (await starting.catch(() => undefined))?.stop());
  const [host, stack] = await Promise.all([booting, starting]);
  say('starting the agent, Prometheus and Alertmanager');
  await host.reverse(7233, Number(stack.temporal.address.split(':')[1]));
  const [port] = await Promise.all([host.forward(8201), host.startAgent()]);
  const monitoring = await startMonitoring({
    targets: [{ host: HOST, address: `127.0.0.1:${port}` }],
    webhookUrl: stack.webhookUrl,
    webhookToken: stack.token,
    directory: join(directory, 'monitoring'),
    pace,
  });
  ending.add(() => monitoring.stop());
  return { host, stack, monitoring, pagers, kingfisherUrl: `http://127.0.0.1:${port}` };
}
