import { join } from 'node:path';
import { Ending } from './support/ending';
import { LabHost } from './lab-host';
import { startMonitoring } from './monitoring/monitoring';
import type { Monitoring } from './monitoring/monitoring';
import { instanceOf } from './monitoring/monitoring-config';
import type { LabRules, Pace } from './monitoring/monitoring-config';
import { ensurePackages } from './packages';
import { startStack } from './stack';
import type { Stack, StackOptions } from './stack';
import { StandInPagers } from './stand-ins/pagers';

export interface WatchedHostOptions extends Pick<StackOptions, 'sections' | 'runbooks' | 'env' | 'ui'> {
  /** Of the host. */
  name: string;
  /** Configuration, logs and data of everything beside the host. */
  directory: string;
  /** Label `service` of alerts that mean it. @default none */
  services?: string[];
  /** @default as `startMonitoring` has them */
  pace?: Pace;
  rules?: LabRules;
}

/** A host with its agent, Prometheus, Alertmanager, Temporal, controller and intake. */
export interface WatchedHost {
  host: LabHost;
  stack: Stack;
  monitoring: Monitoring;
  /** KingFisher from outside: `http://127.0.0.1:port`. */
  kingfisherUrl: string;
}

/** What is started is added to `ending` before it is awaited: what still starts when something else fails must end too. */
export async function startWatchedHost(
  { name, directory, services = [], pace, rules, ...stackOptions }: WatchedHostOptions,
  say: (line: string) => void,
  ending: Ending,
): Promise<WatchedHost> {
  say('booting the lab host, starting Temporal, controller and intake');
  const booting = LabHost.up(name);
  ending.add(async () => (await booting.catch(() => undefined))?.down());
  const starting = startStack({
    directory: join(directory, 'halcyon'),
    hosts: { [name]: { instances: [instanceOf(name)], services } },
    ...stackOptions,
    onProgress: say,
  });
  ending.add(async () => (await starting.catch(() => undefined))?.stop());
  const [host, stack] = await Promise.all([booting, starting]);
  say('starting the agent inside the host, Prometheus and Alertmanager outside');
  await host.reverse(7233, Number(stack.temporal.address.split(':')[1]));
  const [port] = await Promise.all([host.forward(8201), host.startAgent()]);
  const monitoring = await startMonitoring({
    targets: [{ host: name, address: `127.0.0.1:${port}` }],
    webhookUrl: stack.webhookUrl,
    webhookToken: stack.token,
    directory: join(directory, 'monitoring'),
    ...(pace === undefined ? {} : { pace }),
    ...(rules === undefined ? {} : { rules }),
  });
  ending.add(() => monitoring.stop());
  return { host, stack, monitoring, kingfisherUrl: `http://127.0.0.1:${port}` };
}

export interface WholeSiteOptions extends Omit<WatchedHostOptions, 'env'> {
  /** When the three tiers are paged. */
  tiers: [string, string, string];
  /** When the first is paged of single runbooks. */
  firstTierAfter?: Record<string, string>;
}

/** Everything real but the pagers. */
export interface WholeSite extends WatchedHost {
  pagers: StandInPagers;
  down(): Promise<void>;
}

/** @throws Error when a part does not come up; nothing is left behind then */
export async function setUpWholeSite(
  { tiers, firstTierAfter, sections = {}, ...options }: WholeSiteOptions,
  say: (line: string) => void,
): Promise<WholeSite> {
  await ensurePackages(say);
  const ending = new Ending();
  try {
    const pagers = await StandInPagers.start();
    ending.add(() => pagers.stop());
    const paging = { sections: { ...pagers.sections(...tiers, firstTierAfter), ...sections }, env: pagers.env };
    const watched = await startWatchedHost({ ...options, ...paging }, say, ending);
    return { ...watched, pagers, down: () => ending.run() };
  } catch (err) {
    await ending.run();
    throw err;
  }
}
