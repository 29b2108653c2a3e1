import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../../lab/stack';
import type { Stack } from '../../../lab/stack';
import type { IncidentView } from '../../../src/shared/incident';
import { requireBuild } from '../../support/build';
import { halcyon } from '../../support/command-line';
import { post } from '../../support/sites/intake-process';
import { waitFor } from '../../support/wait-for';
import { webhookMessage } from '../../support/alerts/webhook';

/** What the command line says of incidents, and to them, while the controller is away. Hosts have no agents. */
const HOSTS = ['w1', 'w2', 'w3'] as const;
const KEPT = 'no controller answers: kept, it counts as soon as a controller runs';

let folder: string;
let stack: Stack;

beforeAll(async () => {
  requireBuild();
  folder = await mkdtemp(join(tmpdir(), 'halcyon-alone-'));
  stack = await startStack({
    directory: folder,
    hosts: Object.fromEntries(HOSTS.map((host) => [host, { instances: [], services: [] }])),
    runbooks: { serviceDown: { agentWithin: '1s' } },
  });
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

const idOf = (host: string) => `incident/KingfisherServiceDown/${host}`;
const command = async (...args: string[]) => await halcyon([...args, '--config', stack.configFile]);

async function alert(host: string): Promise<void> {
  const labels = { instance: `${host}:8201` };
  const message = webhookMessage({ status: 'firing', startsAt: new Date().toISOString(), labels });
  expect((await post(stack, message)).status).toBe(200);
  await waitFor(async () => (await viewOf(host).catch(() => undefined)) !== undefined, { what: `${host}’s incident` });
}

async function viewOf(host: string): Promise<IncidentView> {
  return await stack.client.workflow.getHandle(idOf(host)).query<IncidentView>('timeline');
}

/** A row of `incident list --json`, as soon as Temporal's index has it. */
async function rowOf(host: string, isSo: (row: { state: string }) => boolean): Promise<Record<string, unknown>> {
  return await waitFor(
    async () => {
      const { stdout } = await command('incident', 'list', '--host', host, '--json');
      const [row] = stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { state: string });
      return row !== undefined && isSo(row) ? row : undefined;
    },
    { what: `${host} in the list`, deadlineMs: 30_000 },
  );
}

it('a run that was cancelled is no open question, and says that nothing works on it', async () => {
  await alert('w1');
  await rowOf('w1', ({ state }) => state !== 'cancelled');
  await stack.client.workflow.getHandle(idOf('w1')).cancel();
  expect(await rowOf('w1', ({ state }) => state === 'cancelled')).toMatchObject({ outcome: '', status: 'CANCELLED' });
  const shown = await command('incident', 'show', 'w1');
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toContain('cancelled: nothing automatic works on it: KingfisherServiceDown on w1');
  const watched = await command('incident', 'watch', 'w1');
  expect(watched.code).toBe(1);
  const refused = await command('approve', 'w1', '--as', 'anna');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('no open incident is of "w1"') as string });
});

it('an incident is found by its host, and wrong names say what to do', async () => {
  await alert('w2');
  await rowOf('w2', () => true);
  expect((await command('incident', 'show', 'w2')).stdout).toContain('KingfisherServiceDown on w2');
  const { runId } = await stack.client.workflow.getHandle(idOf('w2')).describe();
  expect((await command('incident', 'show', 'w2', '--run', runId.slice(0, 8))).code).toBe(0);
  for (const [named, words] of [
    ['nope', 'no incident is of "nope": "halcyon incident list" names those there are'],
    [idOf('nope'), `there is no ${idOf('nope')}`],
  ]) {
    const { code, stderr } = await command('incident', 'show', named!);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(words!) as string });
  }
  const table = (await command('incident', 'list')).stdout.split('\n');
  expect(table[0]).toMatch(/^STARTED \(UTC\) +HOST +ALERT +SEVERITY +STATE +TOOK +TIER +WHO +RUN +SUMMARY$/);
  expect(table.slice(1, 3).map((line) => line.slice(0, 24).trim())).toEqual([
    expect.stringMatching(/ w2$/) as string,
    expect.stringMatching(/ w1$/) as string,
  ]);
});

it('without a controller a close is kept, an answer needs its question, and watch waits', async () => {
  await alert('w3');
  await rowOf('w3', () => true);
  await stack.controller.stop();
  const shown = await command('incident', 'show', idOf('w3'));
  expect(shown.code).toBe(1);
  expect(shown.stderr).toContain('no controller answers, so its timeline cannot be read now');
  const answer = await command('approve', idOf('w3'), '--as', 'anna');
  expect(answer).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was said: to keep') as string });
  const named = await command('reject', idOf('w3'), '--as', 'anna', '--hash', '220909b3');
  expect(named).toMatchObject({ code: 0, stdout: expect.stringContaining(KEPT) as string });
  const closed = await command('incident', 'close', idOf('w3'), '--as', 'anna', '--reason', 'host is gone');
  expect(closed).toEqual({ code: 0, stderr: '', stdout: `${idOf('w3')}: ${KEPT}\n` });

  const watching = command('incident', 'watch', idOf('w3'));
  await stack.controller.start();
  const watched = await watching;
  expect(watched.stderr).toBe('');
  expect(watched.stdout).toContain('An answer of anna was not taken');
  expect(watched.stdout).toContain('anna closes this incident: host is gone');
  expect(watched.stdout).toContain('unresolved: KingfisherServiceDown on w3');
});
