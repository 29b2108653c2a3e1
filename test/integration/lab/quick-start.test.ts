import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { differences, takeSnapshot } from '../../../lab/gameday/snapshot';
import type { Snapshot } from '../../../lab/gameday/snapshot';
import { LabHost } from '../../../lab/lab-host';
import { projectDir } from '../../../lab/project';
import { ensureTemporalCli } from '../../../src/temporal/dev/executables';
import { requireBuild } from '../../support/build';
import { waitFor } from '../../support/wait-for';

/** `HALCYON_FRESH_CLONE=1` installs and builds too, as somebody does who has only the sources. */
const isFresh = process.env['HALCYON_FRESH_CLONE'] === '1';
const UNIT = 'quick-start.service';
/** Seven processes start, beside a host. */
const PATIENCE_MS = 300_000;
const STARTED = 'Halcyon runs on this machine until Ctrl-C.';

/** The commands of the README: to install, to link and to start, and those of the other terminal. */
const [begin = [], look = []] = commandsOf(readFileSync(join(projectDir, 'README.md'), 'utf8'));
const [install = '', link = '', start = ''] = begin;

jest.setTimeout(3 * PATIENCE_MS);

let host: LabHost;
let clone = '';
let environment: string[];
let before: Snapshot;
const began = new Date();

beforeAll(async () => {
  if (isFresh) clone = freshClone();
  else requireBuild();
  const temporalCli = await ensureTemporalCli();
  host = await LabHost.up('quickstart');
  // What a machine without network cannot download.
  environment = ['HOME=/root', `TEMPORAL_CLI=${temporalCli}`];
  await host.exec(['systemctl', 'kill', '--signal=KILL', 'kingfisher.service']);
  await waitFor(async () => (await host.property('kingfisher.service', 'ActiveState')) === 'failed', {
    what: 'KingFisher to be broken',
  });
  before = await takeSnapshot(host, began);
}, 900_000);
afterAll(async () => {
  await host?.down();
  if (clone !== '') rmSync(clone, { recursive: true, force: true });
});

/** The shell blocks of the section, a list of lines each, without what follows a "#". */
function commandsOf(readme: string): string[][] {
  const section = readme.split(/^## /m).find((part) => part.startsWith('Look at a real host')) ?? '';
  return [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) =>
    block
      .split('\n')
      .map((line) => line.replace(/\s+# .*$/, '').trim())
      .filter(Boolean),
  );
}

/** The project's sources alone, where a lab host sees them too, and the first line of the README typed there. */
function freshClone(): string {
  const folder = mkdtempSync('/var/tmp/halcyon-clone-');
  const skip = ['node_modules', 'dist', '.git', 'coverage'].map((name) => join(projectDir, name));
  cpSync(projectDir, folder, { recursive: true, filter: (file) => !skip.includes(file) });
  execFileSync('/bin/bash', ['-c', install], { cwd: folder, stdio: 'pipe' });
  return folder;
}

/** Types a line as root on the host, in the project's folder. */
async function type(script: string): Promise<string> {
  const { stdout } = await host.exec([
    '/usr/bin/env',
    ...environment,
    '/bin/bash',
    '-c',
    `cd ${clone || '/opt/halcyon'}\n${script}`,
  ]);
  return stdout;
}

/** Types the line that stays, in a terminal of its own, and waits until it says that all runs. */
async function startDev(): Promise<void> {
  const settings = [
    '--quiet',
    `--unit=${UNIT}`,
    '--property=KillMode=mixed',
    `--working-directory=${clone || '/opt/halcyon'}`,
  ];
  const env = environment.map((variable) => `--setenv=${variable}`);
  await host.exec(['systemctl', 'reset-failed', UNIT], { check: false });
  await host.exec(['systemd-run', ...settings, ...env, '/bin/bash', '-c', start]);
  await waitFor(async () => (await lastStart()).includes(STARTED), {
    what: '"halcyon dev" to run',
    deadlineMs: PATIENCE_MS,
    everyMs: 500,
  });
}

/** What it has said since it was started last. */
async function lastStart(): Promise<string> {
  const invocation = await host.property(UNIT, 'InvocationID');
  return (await host.exec(['journalctl', '--output=cat', '--no-pager', `_SYSTEMD_INVOCATION_ID=${invocation}`])).stdout;
}

it('has what a person types', () => {
  expect(install).toContain('npm ci');
  expect(start).toBe('halcyon dev --agent');
  expect(look.length).toBeGreaterThan(2);
});

it('comes from the README to the first incident, in observe, and changes nothing', async () => {
  await type(link);
  await startDev();
  expect(await lastStart()).toContain('observe: incidents look and say what they would do, and change nothing');

  // On a machine without time a command may give up on Temporal: a person would type it again.
  const output = await waitFor(() => type(look.join('\n')), { what: 'the commands to end', deadlineMs: PATIENCE_MS });
  expect(output).toContain('incident/KingfisherServiceDown/quickstart');
  expect(output).toContain('Would restart KingFisher: unit is failed (signal)');
  expect(output).toMatch(/KingfisherServiceDown +critical +waitingForPeople/);
  const changed = differences(before, await takeSnapshot(host, began)).map(({ thing }) => thing);
  // The terminal that it runs in.
  expect(changed.filter((thing) => thing !== `unit ${UNIT}`)).toEqual([]);
  expect(await host.property('kingfisher.service', 'ActiveState')).toBe('failed');
});

it('refuses a second one in one line', async () => {
  const { exitCode, stderr } = await host.exec(['/usr/bin/env', ...environment, '/bin/bash', '-c', start], {
    check: false,
  });
  expect(exitCode).toBe(1);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/is in use by "halcyon dev", process \d+: end that one, or choose another folder with --data/);
});

it('ends in order on Ctrl-C, leaves no process, and goes on with the same incident', async () => {
  const [export_ = ''] = look;
  const incidents = `${export_}\nhalcyon incident list --json`;
  const runs = async () => {
    const lines = (await type(incidents)).trim().split('\n').filter(Boolean);
    return lines.map((line) => (JSON.parse(line) as { runId: string }).runId);
  };
  const kept = await waitFor(runs, { what: 'the list of incidents', deadlineMs: PATIENCE_MS });
  expect(kept).toHaveLength(1);
  await host.exec(['systemctl', 'kill', '--kill-who=main', '--signal=INT', UNIT]);
  await waitFor(async () => (await host.property(UNIT, 'ActiveState')) !== 'active', {
    what: 'its end',
    deadlineMs: PATIENCE_MS,
  });
  const { stdout } = await host.exec(['journalctl', '--output=cat', '--no-pager', `--unit=${UNIT}`]);
  const ends = stdout.split('\n').flatMap((line) => / (\w+) +ended$/.exec(line)?.[1] ?? []);
  expect(ends).toEqual(['intake', 'agent', 'controller', 'temporal']);
  expect((await host.exec(['pgrep', '-f', 'halcyon/dist/src/(worker|intake)'], { check: false })).stdout).toBe('');

  await startDev();
  expect(await waitFor(runs, { what: 'the list of incidents', deadlineMs: PATIENCE_MS })).toEqual(kept);
  expect(await host.property('kingfisher.service', 'ActiveState')).toBe('failed');
});

it('starts a part again that dies', async () => {
  const pids = async () =>
    (await host.exec(['pgrep', '-f', 'dist/src/worker.js --role controller'], { check: false })).stdout.trim();
  const killed = await pids();
  await host.exec(['kill', '-9', ...killed.split('\n')]);
  await waitFor(async () => (await lastStart()).includes('ended (SIGKILL); it is started again'), {
    what: 'the death to be said',
  });
  await waitFor(async () => !['', killed].includes(await pids()), {
    what: 'another controller',
    deadlineMs: PATIENCE_MS,
  });
});
