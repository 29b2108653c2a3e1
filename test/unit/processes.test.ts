import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compileProcesses } from './host/support/compiled';
import { useTempFolder } from './host/support/temp-folder';

const compiled = mkdtempSync(path.join(tmpdir(), 'halcyon-processes-'));
const folder = useTempFolder();

beforeAll(() => compileProcesses(compiled));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

const CONTROLLER_WITHOUT_CA = 'temporal: {address: "127.0.0.1:1", tls: {caFile: /nowhere/ca.pem}}';

describe('a process that systemd is not to start again ends with 2', () => {
  it.each([
    ['worker.js', ['--role', 'foo']],
    ['worker.js', []],
    ['worker.js', ['--rule', 'agent']],
    ['worker.js', ['--role', 'agent', '--config', 'no-agent.yaml']],
    ['intake.js', ['--foo']],
    ['intake.js', ['--config', '/nowhere/halcyon.yaml']],
    ['cli.js', ['pauze']],
  ])('%s %j', (program, args) => {
    writeFileSync(folder.path('no-agent.yaml'), 'hosts: {h1: {}}\n');
    const { status, stderr } = spawnSync(process.execPath, [path.join(compiled, program), ...args], {
      cwd: folder.path(),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/./) });
  });
});

it.each(['SIGTERM', 'SIGINT'] as const)(
  'a worker whose TLS file is missing waits for it, and ends on %s',
  async (signal) => {
    writeFileSync(folder.path('halcyon.yaml'), CONTROLLER_WITHOUT_CA);
    const worker = spawn(process.execPath, [path.join(compiled, 'worker.js'), '--role', 'controller'], {
      cwd: folder.path(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let said = '';
      for await (const chunk of worker.stdout) {
        said += String(chunk);
        if (said.includes('Temporal cannot be reached')) break;
      }
      expect(said).toContain('"reason":"temporal.tls.caFile: /nowhere/ca.pem: no such file"');
      const ended = once(worker, 'exit');
      worker.kill(signal);
      expect(await ended).toEqual([0, null]);
    } finally {
      worker.kill('SIGKILL');
    }
  },
);
