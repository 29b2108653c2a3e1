import { alertsIn } from '../monitoring/firing';
import { PATIENT_GUARD } from '../stack';
import { setUpWholeSite } from '../whole-site';
import type { WholeSite } from '../whole-site';
import { ALERT } from './act';
import type { Act } from './act';
import { ATTACK_ALERT, ATTACK_RUNBOOK, ATTACK_SECTIONS, attackAct } from './attack-act';
import { postgresUnit, recoveryAct } from './recovery-act';
import { worthTrying } from './stage';
import type { Stage, StageOptions } from './stage';

const HOST = 'demo';
const ALERTS = new Set([ALERT, ATTACK_ALERT]);
/** Of each page: nobody wants to wait, and KingFisher is started again and again. */
const QUICK = { stabilityWindow: '3s', steadyFor: '3s', startsPerHour: 100 };

/**
 * Of pages that no act is about: where an act lasts, their alerts fire too, and the act would wait while they have the host's
 * turn.
 */
const LOOK_ONLY = { mode: 'observe' };
/** When people are called of whom nothing is asked: as in production. */
const TIERS: [string, string, string] = ['15m', '30m', '60m'];

/** The real thing: a host with its own systemd, watched by Prometheus, whose alerts Alertmanager brings to intake. */
export async function setUpLab({ directory, onProgress }: StageOptions): Promise<Stage> {
  const site = await setUpWholeSite(
    {
      name: HOST,
      directory,
      services: ['zmart-kingfisher'],
      // An alert that counts events of five minutes would go on for as long after its last one.
      rules: { windows: 'paced' },
      tiers: TIERS,
      sections: { guard: PATIENT_GUARD, ...ATTACK_SECTIONS },
      runbooks: {
        serviceDown: QUICK,
        emergencyRecovery: QUICK,
        securityViolations: { ...QUICK, ...ATTACK_RUNBOOK },
        pipelineFailures: LOOK_ONLY,
        analysisLatency: LOOK_ONLY,
        imageProcessingStalled: LOOK_ONLY,
        outboxStuck: LOOK_ONLY,
      },
      ui: true,
    },
    onProgress,
  );
  try {
    return await stageOn(site);
  } catch (err) {
    await site.down();
    throw err;
  }
}

async function stageOn(site: WholeSite): Promise<Stage> {
  const { stack, monitoring } = site;
  const isQuiet = () => nothingFires(monitoring.prometheusUrl);
  await untilQuiet(isQuiet);
  return {
    client: stack.client,
    acts: acts(site, isQuiet),
    links: {
      'Temporal UI': stack.temporal.uiUrl ?? '',
      Prometheus: monitoring.prometheusUrl,
      Alertmanager: monitoring.alertmanagerUrl,
    },
    configFile: stack.configFile,
    tries: [...worthTrying(HOST), `npm run lab -- exec ${HOST} systemctl kill --signal=KILL kingfisher`],
    strike: () => site.down(),
  };
}

function acts(site: WholeSite, isQuiet: Act['isQuiet']): Act[] {
  const { host, stack } = site;
  const act = { alert: ALERT, host: HOST, isQuiet };
  return [
    {
      ...act,
      key: 'killed',
      name: 'Act 1: KingFisher is killed and stays down',
      breakIt: async () => {
        await host.systemctl('kill', '--signal=KILL', 'kingfisher.service');
      },
    },
    {
      ...act,
      key: 'dependencies',
      name: 'Act 2: PostgreSQL is stopped, then Redis',
      breakIt: async () => {
        await host.systemctl('stop', await postgresUnit(host));
        await host.systemctl('stop', 'redis-server.service');
      },
    },
    recoveryAct(host, stack, isQuiet),
    attackAct(site, isQuiet),
  ];
}

async function nothingFires(prometheusUrl: string): Promise<boolean> {
  return (await alertsIn(prometheusUrl, 5_000)).every(({ labels }) => !ALERTS.has(labels['alertname'] ?? ''));
}

async function untilQuiet(isQuiet: Act['isQuiet']): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if (await isQuiet()) return;
  }
}
