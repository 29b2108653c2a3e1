import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ProcessManager } from '../../../src/host/services/process-manager';
import { createRedactor } from '../../../src/host/redact';
import type { Change } from '../../../src/shared/observations/change';
import type { ServiceState } from '../../../src/shared/observations/service';
import { waitFor } from '../../support/wait-for';
import { compileAgent } from '../host/support/compiled';
import { createManualService } from '../host/support/manual-service';
import type { ManualService } from '../host/support/manual-service';
import { useTempFolder } from '../host/support/temp-folder';

const AGENT = `
  const { ProcessManager } = require('./host/services/process-manager');
  const { createRedactor } = require('./host/redact');
  const { ensureRestarted } = require('./activities/host/service/ensure-restarted');
  const { service, seen } = JSON.parse(process.argv[2]);
  ensureRestarted(new ProcessManager(service, createRedactor([])), { seenInvocation: seen, wasBegun: false }, new AbortController().signal)
    .then((change) => console.log(JSON.stringify(change)));
`;

const compiled = mkdtempSync(path.join(tmpdir(), 'halcyon-agent-'));
const folder = useTempFolder();
let service: ManualService;
const agents: ChildProcess[] = [];

beforeAll(() => {
  compileAgent(compiled);
  writeFileSync(path.join(compiled, 'agent.js'), AGENT);
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

beforeEach(async () => {
  service = await createManualService(folder.path(), { ENDING_MS: '150' });
});
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.kill('SIGKILL');
  await service.destroy();
});

const kingfisher = () => ({ service: 'kingfisher' as const, settings: service.settings, port: service.port });

function startAgent(seen: string): ChildProcess {
  const input = JSON.stringify({ service: kingfisher(), seen });
  const agent = spawn(process.execPath, [path.join(compiled, 'agent.js'), input], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  agents.push(agent);
  return agent;
}

async function resultOf(agent: ChildProcess): Promise<Change<ServiceState>> {
  let output = '';
  agent.stdout!.on('data', (data: Buffer) => (output += data.toString()));
  await once(agent, 'close');
  return JSON.parse(output) as Change<ServiceState>;
}

async function firstStart(): Promise<ServiceState> {
  const state = await new ProcessManager(kingfisher(), createRedactor([])).restart();
  await waitFor(() => service.starts().length === 1, { what: 'the first start' });
  return state;
}

const pidFile = () => readFileSync(service.settings.pidFile, 'utf8');

describe('an agent that is killed in the middle of a restart', () => {
  it.each<[string, (old: ServiceState, firstPidFile: string) => boolean | Promise<boolean>]>([
    ['when it has asked the old process to end', () => service.terms().length === 1],
    ['when the old process has ended', async ({ mainPid }) => !(await service.alive()).includes(mainPid!)],
    ['when the new process lives', async ({ mainPid }) => (await service.alive()).some((pid) => pid !== mainPid)],
    ['when the pid file is written', (_old, firstPidFile) => pidFile() !== firstPidFile],
    ['when the new process listens', () => service.starts().length === 2],
  ])('%s: the next attempt makes it one restart in all', async (_when, isReached) => {
    const old = await firstStart();
    const firstPidFile = pidFile();
    const killed = startAgent(old.invocation);
    await waitFor(() => isReached(old, firstPidFile), { what: 'the moment to kill', everyMs: 1 });
    killed.kill('SIGKILL');
    await waitFor(() => killed.exitCode !== null || killed.signalCode !== null, { what: 'its end' });
    const change = await resultOf(startAgent(old.invocation));
    await waitFor(() => service.starts().length >= 2, { what: 'the new start' });
    expect(change.after).toMatchObject({ active: 'active' });
    expect(await service.alive()).toEqual([change.after.mainPid]);
    expect(service.starts()).toEqual([old.mainPid, change.after.mainPid]);
  });

  it('between starting the process and writing the pid file: it is found, not started again', async () => {
    const old = await firstStart();
    const firstPidFile = pidFile();
    const first = await resultOf(startAgent(old.invocation));
    writeFileSync(service.settings.pidFile, firstPidFile);
    const second = await resultOf(startAgent(old.invocation));
    expect(second).toMatchObject({ changed: false, after: { invocation: first.after.invocation } });
    expect(second.notes[0]).toContain('already restarted');
    await waitFor(() => service.starts().length === 2, { what: 'the new start' });
    expect(await service.alive()).toEqual([first.after.mainPid]);
  });
});
