import { join } from 'node:path';
import { Ending } from '../support/ending';
import { LabHost } from '../lab-host';
import { startMonitoring } from '../monitoring/monitoring';
import { ensurePackages } from '../packages';
import { PATIENT_GUARD, startStack } from '../stack';
import type { Stack } from '../stack';
import { ALERT } from './act';
import type { Act } from './act';
import { postgresUnit, recoveryAct } from './recovery-act';
import { worthTrying } from './stage';
import type { Stage, StageOptions } from './stage';

const HOST = 'demo';

/** The real thing: a host with its own systemd, watched by Prometheus, whose alerts Alertmanager brings to intake. */
export async function setUpLab({ directory, onProgress }: StageOptions): Promise<Stage> {
  await ensurePackages(onProgress);
  const ending = new Ending();
  try {
    onProgress('booting the lab host, starting Temporal, controller and intake');
    const booting = LabHost.up(HOST);
    // Registered before it is awaited: a boot that still runs when something else fails must end too.
    ending.add(async () => (await booting.catch(() => undefined))?.down());
    const starting = startStack({
      sections: { guard: PATIENT_GUARD },
      directory: join(directory, 'halcyon'),
      hosts: { [HOST]: { instances: [`${HOST}:8201`], services: ['zmart-kingfisher'] } },
      runbooks: {
        serviceDown: { stabilityWindow: '3s', steadyFor: '3s', startsPerHour: 100 },
        emergencyRecovery: { stabilityWindow: '3s', steadyFor: '3s', startsPerHour: 100 },
      },
      ui: true,
      onProgress,
    });
    ending.add(async () => (await starting.catch(() => undefined))?.stop());
    const [host, stack] = await Promise.all([booting, starting]);

    onProgress('starting the agent inside the host, Prometheus and Alertmanager outside');
    await host.reverse(7233, Number(stack.temporal.address.split(':')[1]));
    const [kingfisherPort] = await Promise.all([host.forward(8201), host.startAgent()]);
    const monitoring = await startMonitoring({
      targets: [{ host: HOST, address: `127.0.0.1:${kingfisherPort}` }],
      webhookUrl: stack.webhookUrl,
      webhookToken: stack.token,
      directory: join(directory, 'monitoring'),
    });
    ending.add(() => monitoring.stop());
    const links = {
      'Temporal UI': stack.temporal.uiUrl ?? '',
      Prometheus: monitoring.prometheusUrl,
      Alertmanager: monitoring.alertmanagerUrl,
    };
    const isQuiet = () => nothingFires(monitoring.prometheusUrl);
    await untilQuiet(isQuiet);
    return {
      client: stack.client,
      acts: acts(host, stack, isQuiet),
      links,
      configFile: stack.configFile,
      tries: [...worthTrying(HOST), `npm run lab -- exec ${HOST} systemctl kill --signal=KILL kingfisher`],
      strike: () => ending.run(),
    };
  } catch (err) {
    await ending.run();
    throw err;
  }
}

function acts(host: LabHost, stack: Stack, isQuiet: Act['isQuiet']): Act[] {
  const act = { alert: ALERT, host: HOST, isQuiet };
  return [
    {
      ...act,
      name: 'Act 1: KingFisher is killed and stays down',
      breakIt: async () => {
        await host.systemctl('kill', '--signal=KILL', 'kingfisher.service');
      },
    },
    {
      ...act,
      name: 'Act 2: PostgreSQL is stopped, then Redis',
      breakIt: async () => {
        await host.systemctl('stop', await postgresUnit(host));
        await host.systemctl('stop', 'redis-server.service');
      },
    },
    recoveryAct(host, stack, isQuiet),
  ];
}

async function nothingFires(prometheusUrl: string): Promise<boolean> {
  const response = await fetch(`${prometheusUrl}/api/v1/alerts`);
  const { data } = (await response.json()) as { data: { alerts: { labels: Record<string, string> }[] } };
  return data.alerts.every((alert) => alert.labels['alertname'] !== ALERT);
}

async function untilQuiet(isQuiet: Act['isQuiet']): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if (await isQuiet()) return;
  }
}
