import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { LabHost } from '../lab/lab-host';
import { ensurePackages } from '../lab/packages';
import { startStack } from '../lab/stack';
import type { Stack } from '../lab/stack';
import type { IncidentView } from '../src/shared/incident';
import { postAlert } from './post-alert';
import { percentile } from './statistics';

const HOST = 'bench';
const UNIT = 'kingfisher.service';

/**
 * Time from the alert of a crashed KingFisher until it is healthy, beside what `systemctl start` to ready takes by itself
 * on the same host; in turn, in one run.
 */
async function main(): Promise<void> {
  const program = new Command('npm run bench:heal-time --')
    .description('alert to healthy, beside systemctl start to ready')
    .option('--pairs <n>', 'how many of each', '10')
    .option('--json', 'print the result as one JSON object on the last line')
    .parse();
  const options = program.opts<{ pairs: string; json?: boolean }>();
  await ensurePackages((line) => process.stdout.write(`${line}\n`));
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-bench-'));
  try {
    const result = await measure(directory, Number.parseInt(options.pairs, 10));
    process.stdout.write(`alert to healthy          p50 ${result.healMs} ms\n`);
    process.stdout.write(`systemctl start to ready  p50 ${result.startMs} ms\n`);
    process.stdout.write(`Halcyon adds ${result.healMs - result.startMs} ms\n`);
    if (options.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(directory: string, pairs: number): Promise<{ healMs: number; startMs: number }> {
  const host = await LabHost.up(HOST);
  try {
    const stack = await startStack({
      directory,
      hosts: { [HOST]: { instances: [], services: [] } },
      runbooks: { serviceDown: { stabilityWindow: '500ms' } },
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
  const view = (await handle.result()) as IncidentView;
  const { receivedAt, healthyAt } = view.measures;
  if (view.outcome !== 'healed' || healthyAt === null) throw new Error(`the incident ended ${view.outcome}`);
  return Date.parse(healthyAt) - Date.parse(receivedAt);
}

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.ok === true;
}

void main().catch((err: unknown) => {
  process.stderr.write(`bench: ${err instanceof Error ? err.stack : String(err)}\n`);
  process.exit(1);
});
