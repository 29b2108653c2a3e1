import { join } from 'node:path';
import { Ending } from './support/ending';
import { LabHost } from './lab-host';
import { startMonitoring } from './monitoring/monitoring';
import type { Monitoring } from './monitoring/monitoring';
import { instanceOf } from './monitoring/monitoring-config';
import type { Pace, Windows } from './monitoring/monitoring-config';
import { ensurePackages } from './packages';
import { startStack } from './stack';
import type { Stack, StackOptions } from './stack';
import { StandInPagers } from './stand-ins/pagers';

export interface WholeSiteOptions extends Pick<StackOptions, 'sections' | 'runbooks'> {
  /** Of the host. */
  name: string;
  /** Configuration, logs and data of everything beside the host. */
  directory: string;
  pace: Pace;
  /** @default kept */
  windows?: Windows;
  /** When the three tiers are paged. */
  tiers: [string, string, string];
}

/** Everything real but the pagers: a host with its agent, Prometheus, Alertmanager, Temporal, controller and intake. */
export interface WholeSite {
  host: LabHost;
  stack: Stack;
  monitoring: Monitoring;
  pagers: StandInPagers;
  /** KingFisher from outside: `http://127.0.0.1:port`. */
  kingfisherUrl: string;
  down(): Promise<void>;
}

/** @throws Error when a part does not come up; nothing is left behind then */
export async function setUpWholeSite(options: WholeSiteOptions, say: (line: string) => void): Promise<WholeSite> {
  await ensurePackages(say);
  const ending = new Ending();
  try {
    return { ...(await startParts(options, say, ending)), down: () => ending.run() };
  } catch (err) {
    await ending.run();
    throw err;
  }
}

async function startParts(
  { name, directory, pace, windows = 'kept', tiers, sections = {}, runbooks = {} }: WholeSiteOptions,
  say: (line: string) => void,
  ending: Ending,
): Promise<Omit<WholeSite, 'down'>> {
  say('booting the host, starting Temporal, controller, intake and the pagers');
  const pagers = await StandInPagers.start();
  ending.add(() => pagers.stop());
  const booting = LabHost.up(name);
  ending.add(async () => (await booting.catch(() => undefined))?.down());
  const starting = startStack({
    directory: join(directory, 'halcyon'),
    hosts: { [name]: { instances: [instanceOf(name)], services: [] } },
    sections: { ...pagers.sections(...tiers), ...sections },
    runbooks,
    env: pagers.env,
    onProgress: say,
  });
  ending.add(async () => (await starting.catch(() => undefined))?.stop());
  const [host, stack] = await Promise.all([booting, starting]);
  say('starting the agent, Prometheus and Alertmanager');
  await host.reverse(7233, Number(stack.temporal.address.split(':')[1]));
  const [port] = await Promise.all([host.forward(8201), host.startAgent()]);
  const monitoring = await startMonitoring({
    targets: [{ host: name, address: `127.0.0.1:${port}` }],
    webhookUrl: stack.webhookUrl,
    webhookToken: stack.token,
    directory: join(directory, 'monitoring'),
    pace,
    windows,
  });
  ending.add(() => monitoring.stop());
  return { host, stack, monitoring, pagers, kingfisherUrl: `http://127.0.0.1:${port}` };
}
