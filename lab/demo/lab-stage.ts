import { Ending } from '../support/ending';
import type { LabHost } from '../lab-host';
import { alertsIn } from '../monitoring/firing';
import { ensurePackages } from '../packages';
import { PATIENT_GUARD } from '../stack';
import type { Stack } from '../stack';
import { ALERT } from './act';
import type { Act } from './act';
import { startWatchedHost } from '../whole-site';
import { postgresUnit, recoveryAct } from './recovery-act';
import { worthTrying } from './stage';
import type { Stage, StageOptions } from './stage';

const HOST = 'demo';

/** The real thing: a host with its own systemd, watched by Prometheus, whose alerts Alertmanager brings to intake. */
export async function setUpLab({ directory, onProgress }: StageOptions): Promise<Stage> {
  await ensurePackages(onProgress);
  const ending = new Ending();
  try {
    const { host, stack, monitoring } = await startWatchedHost(
      {
        name: HOST,
        directory,
        services: ['zmart-kingfisher'],
        sections: { guard: PATIENT_GUARD },
        runbooks: {
          serviceDown: { stabilityWindow: '3s', steadyFor: '3s', startsPerHour: 100 },
          emergencyRecovery: { stabilityWindow: '3s', steadyFor: '3s', startsPerHour: 100 },
        },
        ui: true,
      },
      onProgress,
      ending,
    );
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
  return (await alertsIn(prometheusUrl, 5_000)).every(({ labels }) => labels['alertname'] !== ALERT);
}

async function untilQuiet(isQuiet: Act['isQuiet']): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if (await isQuiet()) return;
  }
}
