import { join } from 'node:path';
import { Ending } from '../support/ending';
import { PlainKingfisher } from '../plain-kingfisher';
import { startProber } from '../monitoring/prober';
import { PATIENT_GUARD, startStack } from '../stack';
import { ALERT } from './act';
import type { Act } from './act';
import { worthTrying } from './stage';
import type { Stage, StageOptions } from './stage';

const HOST = 'local';

/** Where no lab host can run: KingFisher as a plain process, and a prober in Prometheus' and Alertmanager's place. */
export async function setUpProcess({ directory, onProgress }: StageOptions): Promise<Stage> {
  const ending = new Ending();
  try {
    onProgress('starting KingFisher as a plain process, Temporal, controller with agent, and intake');
    const kingfisher = await PlainKingfisher.start(join(directory, 'kingfisher'), HOST);
    ending.add(() => kingfisher.stop());
    const stack = await startStack({
      sections: { guard: PATIENT_GUARD },
      directory: join(directory, 'halcyon'),
      hosts: { [HOST]: { instances: [HOST], services: ['zmart-kingfisher'] } },
      runbooks: { serviceDown: { stabilityWindow: '3s', steadyFor: '3s', startsPerHour: 100 } },
      agent: kingfisher.agent,
      ui: true,
      onProgress,
    });
    ending.add(() => stack.stop());
    const prober = startProber({
      healthUrl: `${kingfisher.baseUrl}/health`,
      readyUrl: `${kingfisher.baseUrl}/ready`,
      instance: HOST,
      webhookUrl: stack.webhookUrl,
      webhookToken: stack.token,
    });
    ending.add(() => prober.stop());
    const isQuiet = async () => !prober.isFiring;
    return {
      client: stack.client,
      acts: acts(kingfisher, isQuiet),
      links: { 'Temporal UI': stack.temporal.uiUrl ?? '' },
      configFile: stack.configFile,
      tries: [...worthTrying(HOST), 'halcyon config check'],
      strike: () => ending.run(),
    };
  } catch (err) {
    await ending.run();
    throw err;
  }
}

function acts(kingfisher: PlainKingfisher, isQuiet: Act['isQuiet']): Act[] {
  const act = { alert: ALERT, host: HOST, isQuiet };
  return [
    { ...act, key: 'crash', name: 'Act 1: KingFisher crashes (SIGKILL)', breakIt: () => kingfisher.signal('SIGKILL') },
    { ...act, key: 'hang', name: 'Act 2: KingFisher hangs (SIGSTOP)', breakIt: () => kingfisher.signal('SIGSTOP') },
  ];
}
