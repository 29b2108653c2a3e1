import { setTimeout as sleep } from 'node:timers/promises';
import { LabHost } from '../lab/lab-host';
import { ensurePackages } from '../lab/packages';
import type { HealthChange } from '../lab/recovery/down-watch';
import { startStack } from '../lab/stack';
import type { Stack } from '../lab/stack';
import { incidentWorkflowId } from '../src/alerts/incident-id';
import { incidentPolicies, loadConfig } from '../src/config';
import type { IncidentInput, IncidentView } from '../src/shared/incident';
import { searchAttributes } from '../src/shared/search-attributes';
import { CONTROLLER_TASK_QUEUE } from '../src/shared/task-queues';
import { runBenchmark } from './benchmark';
import { percentile } from './statistics';

const HOST = 'bench';
const NODE = '/opt/halcyon-node/bin/node';
const PROGRAMS = '/opt/halcyon/dist/lab/recovery';
const SCRIPT = '/opt/halcyon/lab/recovery/emergency-recovery.sh';
const HEALTH = 'http://127.0.0.1:8201/health';
const READY_WITHIN_MS = 60_000;

/** Makes the same state before each: wrong permissions, temporary files, rate limits beside other keys. */
const PREPARE = `set -e
cd /opt/kingfisher/data
chown -R kingfisher:kingfisher .
chmod -R u=rwX,go=rX .
find images -name '*1.jpg' -exec chmod 666 {} +
for i in $(seq 50); do echo x > temp/old-$i; done
chown -R kingfisher:kingfisher temp
find temp -type f -exec touch -d '2 days ago' {} +
for i in $(seq 200); do echo "SET ratelimit:free:ip:$i 1"; echo "SET idempotency:$i 1"; done | redis-cli -n 1 >/dev/null`;

/** Medians in milliseconds. */
interface Times {
  wallMs: number;
  downMs: number;
}

interface Result {
  script: Times;
  halcyon: Times;
  floorMs: number;
}

/** The document's script and Halcyon in turn on one host from the same state, beside the least that it could take. */
runBenchmark<Result>({
  name: 'recovery',
  description: "the document's recovery script beside Halcyon's, and the floor",
  count: { option: 'pairs', byDefault: 3 },
  measure,
  report: ({ script, halcyon, floorMs }) => [
    `script   wall ${script.wallMs} ms, down ${script.downMs} ms`,
    `halcyon  wall ${halcyon.wallMs} ms, down ${halcyon.downMs} ms`,
    `floor    ${floorMs} ms`,
    `wall ${(halcyon.wallMs / floorMs).toFixed(2)} times the floor, down ${(halcyon.downMs / script.downMs).toFixed(2)} of the script's`,
  ],
});

async function measure(directory: string, pairs: number, say: (line: string) => void): Promise<Result> {
  await ensurePackages(say);
  const host = await LabHost.up(HOST, { images: 200 });
  try {
    const stack = await startStack({
      directory,
      hosts: { [HOST]: { instances: [], services: [] } },
      // The floor ends with the first good answer. Time in which health must hold (5 s by default) comes on top of what is
      // compared here: all that Halcyon does to get there.
      runbooks: { emergencyRecovery: { stabilityWindow: '200ms', steadyFor: '0s' } },
    });
    try {
      await host.reverse(7233, Number(stack.temporal.address.split(':')[1]));
      await host.startAgent();
      return await measurePairs(host, stack, pairs, say);
    } finally {
      await stack.stop();
    }
  } finally {
    await host.down();
  }
}

async function measurePairs(host: LabHost, stack: Stack, pairs: number, say: (line: string) => void): Promise<Result> {
  const script: Times[] = [];
  const halcyon: Times[] = [];
  const floor: number[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    script.push(await timed(host, `script-${pair}`, async () => void (await host.exec(['/bin/bash', SCRIPT]))));
    halcyon.push(await timed(host, `halcyon-${pair}`, async () => await recover(stack)));
    floor.push(await measureFloor(host));
    say(`pair ${pair}: ${JSON.stringify([script.at(-1), halcyon.at(-1), floor.at(-1)])}`);
  }
  return { script: medians(script), halcyon: medians(halcyon), floorMs: percentile(floor, 0.5) };
}

async function measureFloor(host: LabHost): Promise<number> {
  await prepare(host);
  const { stdout } = await host.exec([NODE, `${PROGRAMS}/floor.js`, '/etc/halcyon/halcyon.yaml']);
  return Number(stdout);
}

/** From the command to its end; down for as long as `/health` was anything but 200, seen from inside. */
async function timed(host: LabHost, name: string, work: () => Promise<void>): Promise<Times> {
  await prepare(host);
  const [unit, file] = [`watch-${name}`, `/run/watch-${name}.jsonl`];
  await host.exec([
    ...['systemd-run', '--quiet', '--collect', `--unit=${unit}`],
    ...[NODE, `${PROGRAMS}/down-watch.js`, file, HEALTH],
  ]);
  try {
    await untilReady('the watch', async () => (await host.exec(['test', '-s', file], { check: false })).exitCode === 0);
    const from = performance.now();
    await work();
    const wallMs = Math.round(performance.now() - from);
    // What a command left down stays down for as long as it takes.
    await untilReady('KingFisher after the recovery', async () => await isReady(host));
    return { wallMs, downMs: downTime((await host.exec(['cat', file])).stdout) };
  } finally {
    await host.systemctl('stop', `${unit}.service`);
  }
}

/** Sum of the stretches that began with a failure and ended with an answer. */
function downTime(lines: string): number {
  const changes = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as HealthChange);
  const ups = changes.map(({ up, atMs }, i) => (up && i > 0 ? atMs - changes[i - 1]!.atMs : 0));
  return ups.reduce((sum, ms) => sum + ms, 0);
}

async function prepare(host: LabHost): Promise<void> {
  await host.exec(['/bin/sh', '-c', PREPARE]);
  await untilReady('KingFisher', async () => await isReady(host));
}

async function isReady(host: LabHost): Promise<boolean> {
  const argv = ['curl', '--fail', '--silent', '--output', '/dev/null', 'http://127.0.0.1:8201/ready'];
  return (await host.exec(argv, { check: false })).exitCode === 0;
}

async function untilReady(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await sleep(100);
  }
}

async function recover(stack: Stack): Promise<void> {
  const config = loadConfig({ path: stack.configFile, env: {}, unused: ['intake'] });
  const input: IncidentInput = {
    runbook: 'emergencyRecovery',
    alertname: 'emergencyRecovery',
    host: HOST,
    ...incidentPolicies(config, 'emergencyRecovery'),
    closedEpisodes: {},
    startedBy: { who: 'bench', reason: 'benchmark' },
    recovery: { dryRun: false, onlyUnhealthy: false },
  };
  const view = (await stack.client.workflow.execute(input.runbook, {
    workflowId: incidentWorkflowId(input.runbook, HOST),
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
    typedSearchAttributes: [
      { key: searchAttributes.host, value: HOST },
      { key: searchAttributes.alert, value: input.alertname },
    ],
  })) as IncidentView;
  if (view.outcome === 'healed') return;
  throw new Error(`the recovery ended ${view.outcome}: ${JSON.stringify(view.findings)}`);
}

function medians(times: Times[]): Times {
  const median = (of: (one: Times) => number) => percentile(times.map(of), 0.5);
  return { wallMs: median(({ wallMs }) => wallMs), downMs: median(({ downMs }) => downMs) };
}
