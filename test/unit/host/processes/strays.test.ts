import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { chmodSync, copyFileSync, lchownSync, mkdirSync, readFileSync } from 'node:fs';
import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { endStrays, findStrays } from '../../../../src/host/processes/strays';
import type { ServiceState } from '../../../../src/shared/observations/service';
import { readProcess } from '../../../../src/host/processes/process-table';
import { waitFor } from '../../../support/wait-for';
import { serviceState } from '../../activities/support/host';
import { useTempFolder } from '../support/temp-folder';

/** No other process of the machine has it. */
const UID = 61_977;
const isRoot = process.getuid?.() === 0;
const folder = useTempFolder();
const children: ChildProcess[] = [];
const STUBBORN = `require('fs').writeFileSync(process.argv[2] + '.ready', ''); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;

beforeEach(() => {
  mkdirSync(folder.path('opt/King-Scripts'), { recursive: true });
  chmodSync(folder.path(), 0o755);
  writeFileSync(folder.path('service.log'), 'a line\n');
});
afterEach(async () => {
  for (const { pid } of children) signalGroup(pid);
  for (const child of children.splice(0)) await waitFor(() => hasEnded(child), { what: 'a child to end' });
});

function signalGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** A process in a group of its own, once it executes its program. */
async function run(program: string, args: string[], options: SpawnOptions = {}): Promise<number> {
  const child = spawn(program, args, { stdio: 'ignore', detached: true, ...options });
  children.push(child);
  await waitFor(() => readProcess(child.pid!)?.argv.includes(args.at(-1) ?? program), { what: `${program} to run` });
  return child.pid!;
}

function script(name: string, text: string): string {
  const file = folder.path('opt', name);
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

const service = (more: { uid?: number; state?: Partial<ServiceState> } = {}) => ({
  uid: more.uid,
  installDir: folder.path('opt'),
  observe: async () => serviceState({ active: 'inactive', mainPid: null, ...more.state }),
});

const pidsOf = async (of = service()) => (await findStrays(of)).map(({ pid }) => pid);
const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
const childOf = (pid: number) => children.find((child) => child.pid === pid)!;

describe('strays of the install folder', () => {
  it('are what executes something of it: a script by its full path, by a relative one, with options, a program', async () => {
    const loop = 'while :; do sleep 1; done\n';
    const file = script('King-Scripts/loop.sh', `#!/bin/bash\n${loop}`);
    const program = folder.path('opt/sleeper');
    copyFileSync('/bin/sleep', program);
    const node = script('job.js', 'setInterval(() => {}, 1000)');
    const pids = [
      await run(file, []),
      await run('/bin/bash', ['-e', 'King-Scripts/loop.sh'], { cwd: folder.path('opt') }),
      await run(program, ['60']),
      await run(process.execPath, ['--no-warnings', '-r', 'node:fs', node]),
    ];
    expect((await pidsOf()).sort()).toEqual(pids.sort());
  });

  it('are found when the folder is a link', async () => {
    symlinkSync(folder.path('opt'), folder.path('current'));
    script('job.js', 'setInterval(() => {}, 1000)');
    const pid = await run(process.execPath, [folder.path('opt/job.js')]);
    expect((await findStrays({ ...service(), installDir: folder.path('current') })).map((one) => one.pid)).toEqual([
      pid,
    ]);
  });

  (isRoot ? it : it.skip)('are not found where a link leads that the service put in its place', async () => {
    script('job.js', 'setInterval(() => {}, 1000)');
    const pid = await run(process.execPath, [folder.path('opt/job.js')]);
    mkdirSync(folder.path('own/app'), { recursive: true });
    for (const link of ['own/current', 'own/way']) {
      symlinkSync(folder.path(link === 'own/way' ? '' : 'opt'), folder.path(link));
      lchownSync(folder.path(link), UID, UID);
    }
    for (const installDir of ['own/current', 'own/way/opt']) {
      expect(await findStrays({ ...service(), installDir: folder.path(installDir) })).toEqual([]);
    }
    // As a release that was deployed beside it.
    renameSync(folder.path('opt'), folder.path('own/release'));
    symlinkSync('release', folder.path('own/newest'));
    lchownSync(folder.path('own/newest'), UID, UID);
    const next = await run(process.execPath, [folder.path('own/release/job.js')]);
    const found = await findStrays({ ...service(), installDir: folder.path('own/newest') });
    expect(found.map((one) => one.pid)).toEqual([next]);
    expect(pid).not.toBe(next);
  });

  it('are not those that look at it, name it, or stand in it', async () => {
    const file = script('run_dev.py', 'nothing');
    const editor = folder.path('vim.basic');
    copyFileSync('/usr/bin/tail', editor);
    await run('/usr/bin/tail', ['-f', folder.path('service.log')]);
    await run('/usr/bin/tail', ['-f', file]);
    await run(editor, ['-f', file]);
    await run('/bin/sleep', ['60'], { cwd: folder.path('opt') });
    await run('/bin/bash', ['--norc', '-i'], { cwd: folder.path('opt'), stdio: ['pipe', 'ignore', 'ignore'] });
    await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)', file], { cwd: folder.path('opt') });
    expect(await pidsOf()).toEqual([]);
  });

  it('are none of this process, its ancestors or its group', async () => {
    const file = script('job.js', 'setInterval(() => {}, 1000)');
    const child = spawn(process.execPath, [file], { stdio: 'ignore' });
    try {
      await waitFor(() => readProcess(child.pid!)?.argv.includes(file), { what: 'the job to run' });
      expect(readProcess(child.pid!)!.group).toBe(readProcess(process.pid)!.group);
      expect(await pidsOf()).toEqual([]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('are none of what the manager owns while the service runs, and are when it has stopped', async () => {
    const file = script('job.js', `require('child_process').spawn('/bin/sleep', ['60']); setInterval(() => {}, 1000)`);
    const mainPid = await run(process.execPath, [file]);
    const running = { active: 'active', mainPid } as const;
    expect(await pidsOf(service({ state: running }))).toEqual([]);
    expect(await pidsOf(service({ state: { ...running, manager: 'process' } }))).toEqual([]);
    expect(await pidsOf()).toEqual([mainPid]);
  });

  it.each(['', '/', 'opt', '/opt/../etc'])('are not looked for in %j', async (installDir) => {
    await expect(findStrays({ ...service(), installDir })).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });
});

(isRoot ? describe : describe.skip)('strays of the service user', () => {
  const asService = { uid: UID, gid: UID };

  it('are all of its processes but the tools of a person', async () => {
    const child = await run('/bin/sleep', ['60'], asService);
    const command = await run('/bin/bash', ['-c', 'while :; do sleep 1; done'], asService);
    await run('/usr/bin/tail', ['-f', folder.path('service.log')], asService);
    await run('/bin/bash', ['--norc', '-i'], { ...asService, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] });
    const found = await findStrays(service({ uid: UID }));
    const sleeper = found.find(({ parent }) => parent === command)?.pid;
    expect(found.map(({ pid }) => pid).sort()).toEqual([child, command, ...(sleeper ? [sleeper] : [])].sort());
    expect(await pidsOf()).toEqual([]);
  });
});

describe('endStrays', () => {
  it('ends by TERM who obeys and by KILL who does not, and says so', async () => {
    const obedient = await run(process.execPath, [script('King-Scripts/job.js', 'setInterval(() => {}, 1000)')]);
    const file = script('King-Scripts/stubborn.js', STUBBORN);
    const stubborn = await run(process.execPath, [file, file]);
    await waitFor(() => readFileSync(`${file}.ready`), { what: 'the stubborn one to be ready' });
    const bystander = await run('/usr/bin/tail', ['-f', file]);
    const ended = await endStrays(service(), 200);
    const endings = Object.fromEntries(ended.map(({ record, how }) => [record.pid, how]));
    expect(endings).toEqual({ [obedient]: 'TERM', [stubborn]: 'KILL' });
    expect(await pidsOf()).toEqual([]);
    expect(hasEnded(childOf(bystander))).toBe(false);
    await waitFor(() => childOf(stubborn).signalCode === 'SIGKILL', { what: 'its end' });
  });

  it('ends one that is stopped, in order', async () => {
    const pid = await run(process.execPath, [script('job.js', 'setInterval(() => {}, 1000)')]);
    process.kill(pid, 'SIGSTOP');
    expect(await endStrays(service(), 5_000)).toMatchObject([{ record: { pid }, how: 'TERM' }]);
  });

  it('ends what appears while it does', async () => {
    const heir = script('heir.js', 'setInterval(() => {}, 1000)');
    const text = `require('fs').writeFileSync(__filename + '.ready', ''); process.on('SIGTERM', () => {
      require('child_process').spawn(process.execPath, [${JSON.stringify(heir)}], { stdio: 'ignore' }).unref();
      process.exit(0);
    }); setInterval(() => {}, 1000)`;
    const file = script('parent.js', text);
    const parent = await run(process.execPath, [file]);
    await waitFor(() => readFileSync(`${file}.ready`), { what: 'the parent to be ready' });
    const ended = await endStrays(service(), 5_000);
    expect(ended.map(({ how }) => how)).toEqual(['TERM', 'TERM']);
    expect(ended[0]!.record.pid).toBe(parent);
    expect(await pidsOf()).toEqual([]);
  });

  it('is content with none', async () => {
    expect(await endStrays(service(), 0)).toEqual([]);
  });
});
