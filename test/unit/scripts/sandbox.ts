import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const project = path.resolve(__dirname, '../../..');
const LOCK = '{}\n';

/** A stand-in for a tool: notes each call in `calls`, then does what the test says. */
const tool = (name: string, body: string) => `
require('node:fs').appendFileSync(process.env.CALLS, ${JSON.stringify(name)} + ' ' + process.argv.slice(2).join(' ') + '\\n');
${body}`;

/** Compiles by copying. */
const COMPILE = `
const fs = require('node:fs');
for (const folder of ['lab', 'src']) {
  for (const file of fs.readdirSync(folder, { recursive: true })) {
    if (file.endsWith('.ts')) fs.cpSync(folder + '/' + file, 'dist/' + folder + '/' + file.replace('.ts', '.js'));
  }
}`;

export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A small project with the real scripts and tools that pretend; nothing in it reaches the network. */
export class Sandbox {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'halcyon-scripts-'));
  private readonly running = new Set<ChildProcess>();

  constructor() {
    cpSync(path.join(project, 'scripts'), this.path('scripts'), { recursive: true });
    cpSync(path.join(project, '.ci'), this.path('.ci'), { recursive: true });
    this.write('package.json', '{ "scripts": { "test": "node scripts/run.mjs test" } }');
    this.write('package-lock.json', LOCK);
    for (const file of ['tsconfig.json', 'tsconfig.build.json']) this.write(file, '{}');
    this.write(
      'jest.config.js',
      `module.exports = { projects: [{ displayName: 'unit' }, { displayName: 'integration' }] };`,
    );
    this.write('lab/cli.ts', '');
    this.write('lab/packages.ts', 'exports.ensurePackages = async () => {};');
    const found = 'async () => "none"';
    this.write('src/temporal/dev/executables.ts', `exports.ensureTemporalCli = exports.ensureTestServer = ${found};`);
    this.write('node_modules/.halcyon-lock', createHash('sha256').update(LOCK).digest('hex'));
    this.write('node_modules/@temporalio/worker/index.js', WORKER);
    this.tool('typescript/bin/tsc', 'tsc', COMPILE);
    this.tool('eslint/bin/eslint.js', 'eslint');
    this.tool('prettier/bin/prettier.cjs', 'prettier');
    this.jest({ numPassedTests: 1, numTotalTests: 1 });
    this.write('bin/npm', `#!/usr/bin/env node\n${tool('npm', '')}`, 0o755);
  }

  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  write(name: string, content: string, mode = 0o644): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content, { mode });
  }

  tool(file: string, name: string, body = ''): void {
    this.write(`node_modules/${file}`, tool(name, body));
  }

  /** Jest that writes this report, does something more, and ends with this exit code; a null report is none. */
  jest(report: object | null, exitCode = 0, more = ''): void {
    const counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numTotalTests: 0 };
    const full = JSON.stringify({ ...counts, numRuntimeErrorTestSuites: 0, ...report });
    const write = `require('node:fs').writeFileSync(process.argv[process.argv.indexOf('--outputFile') + 1], '${full}');`;
    this.tool('jest/bin/jest.js', 'jest', `${report === null ? '' : write} process.exitCode = ${exitCode}; ${more}`);
  }

  /** Jest that reports failures, and something else where it is asked for single files. */
  jestAgain(first: object, again: { numFailedTests: number }): void {
    const report = (of: object) =>
      JSON.stringify(JSON.stringify({ numRuntimeErrorTestSuites: 0, numPendingTests: 0, numTodoTests: 0, ...of }));
    const body = `
      const isAgain = process.argv.includes('--runTestsByPath');
      const report = isAgain ? ${report(again)} : ${report(first)};
      require('node:fs').writeFileSync(process.argv[process.argv.indexOf('--outputFile') + 1], report);
      process.exitCode = isAgain ? ${Math.sign(again.numFailedTests)} : 1;`;
    this.tool('jest/bin/jest.js', 'jest', body);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Calls of the pretending tools so far, one line each. */
  calls(name: string): string[] {
    const lines = readFileSync(this.path('calls'), { encoding: 'utf8', flag: 'a+' }).split('\n');
    return lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  }

  start(program: string, args: string[]): { child: ChildProcess; finished: Promise<Finished> } {
    const PATH = `${this.path('bin')}${path.delimiter}${process.env.PATH}`;
    const child = spawn(program, args, { cwd: this.folder, env: { ...process.env, PATH, CALLS: this.path('calls') } });
    this.running.add(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += String(text)));
    child.stderr.on('data', (text) => (stderr += String(text)));
    const finished = new Promise<Finished>((resolve) => {
      child.once('close', (exitCode) => {
        this.running.delete(child);
        resolve({ exitCode, stdout, stderr });
      });
    });
    return { child, finished };
  }

  async run(...args: string[]): Promise<Finished> {
    return await this.start(process.execPath, [this.path('scripts/run.mjs'), ...args]).finished;
  }

  dispose(): void {
    for (const child of this.running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const WORKER = `
exports.DefaultLogger = class {};
exports.bundleWorkflowCode = async (options) => ({ code: 'bundle // ' + JSON.stringify(options) });`;
