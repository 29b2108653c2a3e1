/**
 * Runs inside a lab host: the least that a full recovery takes there. Everything is restarted at once, each dependency
 * polled by its own protocol, then the service started and polled until it is ready. Prints the milliseconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../src/host/programs/commands';
import { probeKingfisher } from '../../src/host/probes/kingfisher';
import { isHealthy } from '../../src/shared/observations/probes';
import { probePostgres } from '../../src/host/stores/postgres';
import { probeRabbitmq } from '../../src/host/stores/rabbitmq';
import { probeRedis } from '../../src/host/stores/redis';
import { loadConfig } from '../../src/config';
import type { Look } from '../../src/host/probes/look';

const POLL_MS = 10;
const DEADLINE_MS = 120_000;
const KINGFISHER = 'kingfisher.service';

async function main([configFile]: string[]): Promise<void> {
  if (configFile === undefined) throw new Error('usage: floor.js HALCYON-YAML');
  const { agent } = loadConfig({ path: configFile, env: {} });
  if (!agent) throw new Error(`${configFile} has no agent`);
  const { postgres, redis, rabbitmq } = agent.dependencies;
  if (!postgres || !redis || !rabbitmq) throw new Error(`${configFile} does not name all dependencies`);
  const options = { redact: (text: string) => text };
  const from = performance.now();
  await systemctl('stop', KINGFISHER);
  await Promise.all([
    restart(postgres.unit, () => probePostgres(postgres.url, options)),
    restart(redis.unit, () => probeRedis(redis.url, options)),
    restart(rabbitmq.unit, () => probeRabbitmq(rabbitmq.url, options)),
  ]);
  await systemctl('start', '--no-block', KINGFISHER);
  await until('KingFisher', async () => isHealthy(await probeKingfisher(agent.kingfisher.baseUrl, options)));
  process.stdout.write(`${Math.round(performance.now() - from)}\n`);
}

/** The old server may still answer after the command: it counts when the unit has made a new start. */
async function restart(unit: string, probe: () => Promise<Look>): Promise<void> {
  const before = await invocationOf(unit);
  await systemctl('restart', '--no-block', unit);
  await until(`the new start of ${unit}`, async () => !['', before].includes(await invocationOf(unit)));
  await until(unit, async () => (await probe()).condition === 'well');
}

async function invocationOf(unit: string): Promise<string> {
  return (await systemctl('show', '--value', '--property=InvocationID', unit)).trim();
}

async function systemctl(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand({ program: '/usr/bin/systemctl', args, timeoutMs: 30_000 });
  if (exitCode !== 0) throw new Error(`systemctl ${args.join(' ')}: exit ${exitCode}: ${stderr.trim()}`);
  return stdout;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await sleep(POLL_MS);
  }
}

void main(process.argv.slice(2)).catch((err: unknown) => {
  process.stderr.write(`floor: ${err instanceof Error ? err.message : String(err)}\n`);
  process.exit(1);
});
