import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { stringify } from 'yaml';
import { breaches, readChanges } from '../../../lab/chaos/change-log';
import type { ChangeLine } from '../../../lab/chaos/change-log';
import { Daemon } from '../../../lab/daemon';
import { PlainKingfisher } from '../../../lab/plain-kingfisher';
import { projectDir } from '../../../lab/project';
import { random } from '../../../lab/support/random';
import { PATIENT_GUARD, startStack } from '../../../lab/stack';
import type { Stack } from '../../../lab/stack';
import { newestIn } from '../../../src/host/fence/fence';
import type { IncidentView } from '../../../src/shared/incident';
import { requireBuild } from '../../support/build';
import { bundleWorkflows } from '../../support/temporal/bundle';
import type { oneRestart } from '../../support/workflows/change-workflows';
import { closedByHand } from '../../support/incidents';
import { deliver } from '../../support/sites/intake-process';
import { quietTemporal } from '../../support/temporal/quiet-temporal';
import { IS_FULL, SEED, sizeOf } from '../../support/sample';
import { shuffled } from '../../../lab/support/random';
import { waitFor } from '../../support/wait-for';
import { withWorker } from '../../support/temporal/workers';
import { webhookMessage } from '../../support/alerts/webhook';

const HOST = 'grd';
const NAMES = Array.from({ length: 10 }, (_, at) => `KingfisherDown${at}`);
/** So many different incidents have changed something, and so many parts were killed, before the storm may end. */
const HOLDERS_AT_LEAST = IS_FULL ? 5 : 3;
const KILLS_AT_LEAST = sizeOf('kills in a storm of incidents', { full: 8, sample: 4 });

let directory: string;
let kingfisher: PlainKingfisher;
let stack: Stack;
const agents: Daemon[] = [];

beforeAll(async () => {
  requireBuild();
  quietTemporal();
  directory = mkdtempSync(path.join(tmpdir(), 'halcyon-guard-chaos-'));
  kingfisher = await PlainKingfisher.start(path.join(directory, 'kingfisher'), HOST);
  stack = await startStack({
    directory: path.join(directory, 'halcyon'),
    hosts: { [HOST]: { instances: [HOST], services: [] } },
    runbooks: {
      serviceDown: {
        stabilityWindow: '200ms',
        steadyFor: '1s',
        startsPerHour: 1_000,
        healthyWithin: '3s',
        agentWithin: '4s',
      },
    },
    sections: { routes: Object.fromEntries(NAMES.map((name) => [name, 'serviceDown'])), guard: PATIENT_GUARD },
  });
});
afterAll(async () => {
  for (const agent of agents) await agent.kill();
  await stack?.stop();
  await kingfisher?.stop();
  rmSync(directory, { recursive: true, force: true });
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.kill();
});

const logOf = (name: string) => path.join(directory, `${name}.log`);

/** An agent of the host as a process of its own. Two of them share the host's folder, as two of one host do. */
async function startAgent(name: string): Promise<Daemon> {
  const config = path.join(directory, `${name}.yaml`);
  writeFileSync(config, stringify({ temporal: { address: stack.temporal.address }, agent: kingfisher.agent }));
  const worker = path.join(projectDir, 'dist', 'src', 'worker.js');
  const agent = new Daemon({
    name,
    command: [process.execPath, worker, '--role', 'agent', '--config', config],
    logFile: logOf(name),
    isReady: (daemon) => daemon.log.includes('"worker running"'),
  });
  agents.push(agent);
  return await agent.start();
}

function incidents(client: Client): WorkflowHandle[] {
  return NAMES.map((name) => client.workflow.getHandle(`incident/${name}/${HOST}`));
}

async function post(alertname: string, status: 'firing' | 'resolved', startsAt: string): Promise<void> {
  const labels = { alertname, instance: HOST };
  const message = webhookMessage({ status, startsAt, labels, fingerprint: `fp${alertname}` });
  expect(await deliver(stack, message)).toBe(200);
}

it('ten incidents at once change a host one at a time, whoever is killed and however alerts come', async () => {
  const next = random(SEED);
  const deaths = new Map<number, string>();
  const agent = await startAgent('agent');
  const startsAt = new Date().toISOString();
  const newest = new Map(NAMES.map((name) => [name, startsAt]));
  let isOver = false;
  const isOpen = () => !isOver;

  /** KingFisher dies again and again, so that there is something to heal for all. */
  const breaking = (async () => {
    for (; isOpen(); await sleep(100 + next() * 900)) await kingfisher.signal('SIGKILL').catch(() => undefined);
  })();
  let kills = 0;
  const striking = (async () => {
    for (; isOpen(); await sleep(1_000 + next() * 2_000)) {
      const victim = next() < 0.6 ? agent : stack.controller;
      await victim.kill();
      // Whoever it was is dead by now.
      if (victim === agent) noteDeaths(deaths);
      await victim.start();
      kills++;
      // On a slow machine too there is something between two strikes, or nobody ever gets anywhere.
      const known = changes().length;
      await waitFor(() => !isOpen() || changes().length > known, { what: 'a change' }).catch(() => undefined);
    }
  })();
  /** New episodes, so that incidents that people have by now begin again. */
  const alerting = (async () => {
    for (; isOpen(); await sleep(2_000)) {
      const name = NAMES[Math.floor(next() * NAMES.length)]!;
      newest.set(name, new Date().toISOString());
      await post(name, 'firing', newest.get(name)!);
    }
  })();
  const alerts = shuffled([...NAMES, ...NAMES, ...NAMES], SEED % 2_147_483_647 || 1);
  try {
    for (const name of alerts) await post(name, 'firing', startsAt);
    await waitFor(() => kills >= KILLS_AT_LEAST && holdersOf(changes()).size >= HOLDERS_AT_LEAST, {
      what: `${KILLS_AT_LEAST} kills and changes of ${HOLDERS_AT_LEAST} incidents`,
      deadlineMs: 180_000,
      everyMs: 200,
    });
  } finally {
    isOver = true;
    await Promise.all([breaking, striking, alerting]);
  }
  for (const name of shuffled([...NAMES, ...NAMES], 7)) await post(name, 'resolved', newest.get(name)!);
  const views: IncidentView[] = [];
  for (const incident of incidents(stack.client)) views.push(await closedByHand(incident));

  expect(views.filter(({ outcome }) => outcome === null)).toEqual([]);
  noteDeaths(deaths, agent);
  expect(breaches(changes(), deaths)).toEqual([]);
  expect(changes().filter(({ phase, token }) => phase === 'begin' && token === 0)).toEqual([]);

  function changes(): ChangeLine[] {
    return readChanges(logOf('agent'));
  }

  /** Each process that wrote to the log and lives no more. */
  function noteDeaths(known: Map<number, string>, living?: Daemon): void {
    const now = new Date().toISOString();
    const pids = new Set(changes().map(({ pid }) => pid));
    const last = living === undefined ? undefined : changes().at(-1)?.pid;
    for (const pid of pids) if (!known.has(pid) && pid !== last) known.set(pid, now);
  }
}, 420_000);

function holdersOf(changes: ChangeLine[]): Set<string> {
  return new Set(changes.filter(({ phase }) => phase === 'begin').map(({ holder }) => holder));
}

it('an agent that was frozen and wakes late is refused', async () => {
  const connection = await NativeConnection.connect({ address: stack.temporal.address });
  const workflowBundle = await bundleWorkflows(require.resolve('../../support/workflows/change-workflows'));
  try {
    await withWorker({ connection, taskQueue: 'guard-chaos', workflowBundle }, async () => {
      const frozen = await startAgent('frozen');
      const base = newestIn(path.join(kingfisher.agent.stateDir, 'fence'))?.token ?? 0;
      const seen = await (await start('observeStart', { host: HOST })).result();
      frozen.signal('SIGSTOP');
      // Its long polls are still open: Temporal gives it the work, and it takes it when it wakes.
      const first = await restart('first', seen, base + 1);
      const isGiven = async () =>
        ((await first.describe()).raw.pendingActivities ?? []).some(({ state }) => state === 2);
      await waitFor(isGiven, { what: 'the frozen agent to be given the work' });
      await startAgent('awake');
      const second = await restart('second', await first.result(), base + 2);
      const third = await restart('third', await second.result(), base + 3);
      expect(new Set([seen, await first.result(), await second.result(), await third.result()]).size).toBe(4);

      frozen.signal('SIGCONT');
      const late = await waitFor(() => readChanges(logOf('frozen')).find(({ phase }) => phase === 'refused'), {
        what: 'the frozen agent to be refused',
        deadlineMs: 30_000,
      });
      expect(late.token).toBeLessThan(base + 3);
      const accepted = readChanges(logOf('frozen')).filter(({ phase }) => phase === 'begin');
      expect(accepted.filter(({ token }) => token < base + 3)).toEqual([]);
      expect(newestIn(path.join(kingfisher.agent.stateDir, 'fence'))?.token).toBe(base + 3);
    });
  } finally {
    await connection.close();
  }

  async function restart(name: string, seen: string, token: number): Promise<WorkflowHandle<typeof oneRestart>> {
    return await start('oneRestart', { host: HOST, seen, permit: { kind: 'change', token, holder: name } });
  }

  async function start(type: string, input: object): Promise<WorkflowHandle<typeof oneRestart>> {
    const workflowId = `${type}-${randomUUID()}`;
    return await stack.client.workflow.start(type, { workflowId, taskQueue: 'guard-chaos', args: [input] });
  }
}, 240_000);
