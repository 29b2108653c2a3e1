const { execFile } = require('node:child_process');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { promisify } = require('node:util');
const { TestEnvironment } = require('jest-environment-node');
const { names, processes } = require('../../../scripts/lib/processes.js');

const LAB_HOST = resolve(__dirname, '../../../lab/host/lab-host.sh');

/**
 * Where a file of tests with hosts runs. Each of jest's workers has a folder of hosts of its own, so that files can run
 * side by side. What a file leaves behind when it ends, because a test failed or ran out of time, is taken down and
 * named: the next one finds a clean machine.
 */
class CleanEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.file = context.testPath;
    const all = process.env.HALCYON_LAB_HOME ?? join(tmpdir(), 'halcyon-lab');
    this.labHome = join(all, `w${process.env.JEST_WORKER_ID ?? '1'}`);
    this.global.process.env.HALCYON_LAB_HOME = this.labHome;
    this.before = childrenOfThisProcess();
  }

  async teardown() {
    await super.teardown();
    const left = [...(await endHosts(this.labHome)), ...endProcesses(this.before)];
    if (left.length > 0) process.stderr.write(`${this.file} left behind, and it was ended: ${left.join('; ')}\n`);
  }
}

async function endHosts(labHome) {
  const hosts = names(labHome);
  if (hosts.length === 0) return [];
  const env = { ...process.env, HALCYON_LAB_HOME: labHome };
  await promisify(execFile)('bash', [LAB_HOST, 'down', '--all'], { env });
  return hosts.map((name) => `the host ${name}`);
}

function endProcesses(before) {
  const known = new Set(before.map(({ pid }) => pid));
  const left = childrenOfThisProcess().filter(({ pid }) => !known.has(pid));
  for (const { pid } of left) kill(pid);
  return left.map(({ command }) => command);
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function childrenOfThisProcess() {
  return processes().filter(({ parent }) => parent === process.pid);
}

module.exports = CleanEnvironment;
