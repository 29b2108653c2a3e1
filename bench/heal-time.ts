import type { WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabHost } from '../lab/lab-host';
import { ensurePackages } from '../lab/packages';
import { PATIENT_GUARD, startStack } from '../lab/stack';
import type { Stack } from '../lab/stack';
import type { IncidentView } from '../src/shared/incident';
import { runBenchmark } from './benchmark';
import { postAlert } from './post-alert';
import { percentile } from './statistics';

const HOST = 'bench';
const UNIT = 'kingfisher.service';

/**
 * Time from the alert of a crashed KingFisher until it is healthy, beside what `systemctl start` to ready takes by itself
 * on the same host; in turn, in one run.
 */
runBenchmark({
  name: 'heal-time',
  description: 'alert to healthy, beside systemctl start to ready',
  count: { option: 'pairs', byDefault: 10 },
  measure,
  report: ({ healMs, startMs }) => [
    `alert to healthy          p50 ${healMs} ms`,
    `systemctl start to ready  p50 ${startMs} ms`,
    `Halcyon adds ${healMs - startMs} ms`,
  ],
});

async function measure(
  directory: string,
  pairs: number,
  say: (line: string) => void,
): Promise<{ healMs: number; startMs: number }> {
  await ensurePackages(say);
  const host = await LabHost.up(HOST);
  try {
    const stack = await startStack({
      sections: { guard: PATIENT_GUARD },
      directory,
      hosts: { [HOST]: { instances: [], services: [] } },
      runbooks: { serviceDown: { stabilityWindow: '500ms', steadyFor: '0s', startsPerHour: 100_000 } },
    });
    try {
      await host.reverse(7233, Number(stack.temporal.address.split(':')[1]));
      const [port] = await Promise.all([host.forward(8201), host.startAgent()]);
      const heal: number[] = [];
      const start: number[] = [];
      for (let pair = 0; pair < pairs; pair++) {
        start.push(await startByHand(host, port));
        heal.push(await healByAlert(host, stack));
      }
      return { healMs: percentile(heal, 0.5), startMs: percentile(start, 0.5) };
    } finally {
      await stack.stop();
    }
  } finally {
    await host.down();
  }
}

async function crash(host: LabHost): Promise<void> {
  await host.systemctl('reset-failed', UNIT);
  await host.systemctl('kill', '--signal=KILL', UNIT);
  while ((await host.property(UNIT, 'ActiveState')) !== 'failed') await sleep(10);
}

/** From the command until `/ready` answers 200, seen through the same forwarded port each time. */
async function startByHand(host: LabHost, port: number): Promise<number> {
  await crash(host);
  const from = performance.now();
  const starting = host.systemctl('start', UNIT);
  while (!(await isReady(port))) await sleep(5);
  const took = performance.now() - from;
  await starting;
  return Math.round(took);
}

async function healByAlert(host: LabHost, stack: Stack): Promise<number> {
  await crash(host);
  const startsAt = new Date().toISOString();
  await postAlert(stack, { status: 'firing', startsAt, host: HOST });
  const handle = stack.client.workflow.getHandle(`incident/KingfisherServiceDown/${HOST}`);
  await untilWell(handle);
  await postAlert(stack, { status: 'resolved', startsAt, host: HOST });
  const view = (await handle.result()) as IncidentView;
  const { receivedAt, healthyAt } = view.measures;
  if (view.outcome !== 'healed' || healthyAt === null) throw new Error(`the incident ended ${view.outcome}`);
  return Date.parse(healthyAt) - Date.parse(receivedAt);
}

async function untilWell(handle: WorkflowHandle): Promise<void> {
  for (;;) {
    const { state } = await handle.query<IncidentView>('timeline');
    if (state === 'watching') return;
    if (state === 'waitingForPeople' || state === 'closed') throw new Error(`the incident is ${state}`);
    await sleep(20);
  }
}

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.ok === true;
}
