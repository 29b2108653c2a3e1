import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ALERT } from '../../../lab/demo/act';
import { ATTACK_ALERT } from '../../../lab/demo/attack-act';
import type { ActResult } from '../../../lab/demo/measures';
import { labUnavailable } from '../../../lab/lab-host';
import { projectDir } from '../../../lab/project';
import { waitFor } from '../../support/wait-for';

const DEMO = path.join(projectDir, 'dist', 'lab', 'demo.js');

interface DemoRun {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

/** All that a demo makes is made below `directory`, or was started with it. */
function startDemo(directory: string, ...args: string[]): DemoRun {
  const env = { ...process.env, TMPDIR: directory, HALCYON_LAB_HOME: path.join(directory, 'lab') };
  const child = spawn(process.execPath, [DEMO, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => output, ended };
}

/** Processes, mounts and files that the demo with this folder has left. */
function traces(directory: string): string[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ['cmdline', 'environ'].map((file) => readOrEmpty(`/proc/${pid}/${file}`)).join('\0'))
    .filter((text) => text.includes(directory));
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return [...processes, ...mounts.filter((line) => line.includes(directory)), ...readdirSync(directory)];
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The last line of `--json`. */
function results(output: string): ActResult[] {
  return (JSON.parse(output.trimEnd().split('\n').at(-1)!) as { acts: ActResult[] }).acts;
}

describe('the demo', () => {
  let directory: string;
  let demo: DemoRun | undefined;
  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'halcyon-demo-test-'))));
  afterEach(async () => {
    demo?.child.kill('SIGTERM');
    await demo?.ended;
    rmSync(directory, { recursive: true, force: true });
  });

  async function expectHealed(...alerts: string[]): Promise<void> {
    const code = await demo!.ended;
    if (code !== 0) throw new Error(`the demo ended with ${code}:\n${demo!.output()}`);
    const played = results(demo!.output());
    expect(played.map((act) => [act.alert, act.outcome])).toEqual(alerts.map((alert) => [alert, 'healed']));
    for (const act of played) expect(act.alertToHealthyMs).toBeGreaterThan(0);
    expect(traces(directory)).toEqual([]);
  }

  it('heals all acts on a lab host, three from the alert of a real Prometheus, and leaves nothing behind', async () => {
    expect(labUnavailable()).toBeNull();
    demo = startDemo(directory, '--json');
    await expectHealed(ALERT, ALERT, 'emergencyRecovery', ATTACK_ALERT);
    const shown = ['HALCYON ASKS', 'halcyon approve', 'approved', 'BLOCKED', 'NOT ANSWERED ANY MORE', 'UNBLOCKED'];
    const places = shown.map((text) => demo!.output().indexOf(text));
    expect(places).toEqual(places.filter((place) => place >= 0).sort((a, b) => a - b));
  }, 480_000);

  it('plays only the acts that are asked for', async () => {
    demo = startDemo(directory, '--process', '--act', 'crash', '--json');
    await expectHealed(ALERT);
  });

  it('refuses an act of another stage before it starts anything', async () => {
    demo = startDemo(directory, '--process', '--act', 'attack');
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toContain('no act attack here; there are crash, hang');
    expect(demo.output()).not.toContain('starting');
  });

  it('heals both acts in process mode', async () => {
    demo = startDemo(directory, '--process', '--json');
    await expectHealed(ALERT, ALERT);
  });

  it('takes everything down when it is interrupted', async () => {
    demo = startDemo(directory, '--process');
    await waitFor(() => demo!.output().includes('waiting for the alert'), {
      what: 'the first act',
      deadlineMs: 120_000,
    });
    demo.child.kill('SIGINT');
    const code = await demo.ended;
    if (code !== 130) throw new Error(`the demo ended with ${code}:\n${demo.output()}`);
    expect(traces(directory)).toEqual([]);
  }, 180_000);
});
