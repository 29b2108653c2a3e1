/**
 * Follows the Dockerfile step by step in copy-on-write roots of this machine, which stands for the base image (Debian 12 with
 * Node and npm), beginning with an empty /app. Then starts what was made. Run by lab/compose.ts in a mount namespace of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { projectDir } from '../project';
import { isIgnored, readStages } from './dockerfile';
import type { Stage, Step } from './dockerfile';

/** A stage while it is followed. */
interface Built {
  root: string;
  workdir: string;
  env: Record<string, string>;
}

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];
/** How npm is reached from here is not the Dockerfile's matter. */
const PASSED_ON = /^(npm_config_|https?_proxy$|no_proxy$|NODE_EXTRA_CA_CERTS$|SSL_CERT_FILE$)/i;
const STARTED_WITHIN_MS = 120_000;

function main(folder: string): void {
  mount('-t', 'tmpfs', '-o', 'mode=755', 'halcyon-image', folder);
  const built = new Map<string, Built>();
  let last: Built | undefined;
  for (const [index, stage] of readStages().entries()) {
    const name = stage.name ?? String(index);
    process.stderr.write(`stage ${name}, from ${stage.base}\n`);
    last = follow(stage, newRoot(join(folder, name)), built);
    built.set(name, last);
  }
  tryOut(last!);
}

function newRoot(at: string): Built {
  const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(at, name)) as [string, string, string];
  for (const each of [upper, work, root]) mkdirSync(each, { recursive: true });
  mount('-t', 'overlay', '-o', `lowerdir=/,upperdir=${upper},workdir=${work}`, 'halcyon-image', root);
  mount('--rbind', '/dev', join(root, 'dev'));
  mount('-t', 'proc', 'proc', join(root, 'proc'));
  return { root, workdir: '/', env: {} };
}

function follow({ steps }: Stage, built: Built, stages: ReadonlyMap<string, Built>): Built {
  for (const step of steps) {
    process.stderr.write(`  ${step.instruction} ${step.text.slice(0, 100)}\n`);
    take(step, built, stages);
  }
  return built;
}

function take({ instruction, text }: Step, built: Built, stages: ReadonlyMap<string, Built>): void {
  const inRoot = (file: string) => join(built.root, join('/', file.startsWith('/') ? file : join(built.workdir, file)));
  switch (instruction) {
    case 'WORKDIR':
      built.workdir = text;
      return void mkdirSync(inRoot('.'), { recursive: true });
    case 'ENV': {
      const [name = '', value = ''] = text.split(/=(.*)/s);
      built.env[name] = value;
      return;
    }
    case 'RUN':
      return void execFileSync('chroot', chrooted(built, ['/bin/sh', '-c', `cd ${built.workdir} && ${text}`]), {
        stdio: ['ignore', 2, 2],
      });
    case 'COPY':
      return copy(text.split(' '), stages, inRoot);
    case 'USER':
    case 'CMD':
      return;
    default:
      throw new Error(`nobody knows how to follow ${instruction}`);
  }
}

/** From another stage, or from the project as .dockerignore leaves it. */
function copy(words: string[], stages: ReadonlyMap<string, Built>, inRoot: (file: string) => string): void {
  const [, from] = /^--from=(.*)$/.exec(words[0] ?? '') ?? [];
  const files = from === undefined ? words : words.slice(1);
  const target = files.at(-1)!;
  const source = from === undefined ? projectDir : stages.get(from)?.root;
  if (source === undefined) throw new Error(`no stage ${from} comes before`);
  const filter = (file: string) => from !== undefined || file === projectDir || !isIgnored(relative(projectDir, file));
  const isFolder = target.endsWith('/') || files.length > 2;
  for (const file of files.slice(0, -1)) {
    const to = isFolder ? join(inRoot(target), file) : inRoot(target);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(source, file), to, { recursive: true, filter, verbatimSymlinks: true });
  }
}

/** As the image's user, who owns nothing: the programs find all that they need, and can change none of it. */
function tryOut(image: Built): void {
  const run = (command: string[], env: Record<string, string> = {}) => {
    const words = ['/usr/bin/setpriv', ...NOBODY, '/usr/bin/env', '-C', image.workdir, ...command];
    const args = chrooted({ ...image, env: { ...image.env, ...env } }, words);
    return spawnSync('chroot', args, { encoding: 'utf8', timeout: STARTED_WITHIN_MS });
  };
  const expectOutput = (what: string, output: string | null, wanted: string) => {
    if (output?.includes(wanted) !== true) throw new Error(`${what}: expected "${wanted}" in:\n${output}`);
    process.stderr.write(`${what}: ${wanted}\n`);
  };
  expectOutput('halcyon --version', run(['halcyon', '--version']).stdout, '0.1.0');
  expectOutput('halcyon config check', run(['halcyon', 'config', 'check', '--role', 'controller']).stdout, 'runbooks:');
  const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const starting = (...command: string[]) => run(['/usr/bin/timeout', '100', ...command], nowhere).stdout;
  expectOutput(
    'the controller',
    starting('node', 'dist/src/worker.js', '--role', 'controller'),
    'Temporal cannot be reached',
  );
  expectOutput('intake', starting('node', 'dist/src/intake.js'), 'Server listening');
  if (run(['/bin/sh', '-c', 'touch package.json || touch dist/src/x || touch node_modules/x']).status === 0) {
    throw new Error('its user can change the program');
  }
  if (existsSync(join(image.root, image.workdir, 'node_modules/typescript')))
    throw new Error('it has what only a build needs');
  process.stdout.write(`${JSON.stringify({ image: 'good' })}\n`);
}

function chrooted({ root, env }: Built, command: string[]): string[] {
  const passed = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
  const all = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    ...Object.fromEntries(passed),
    ...env,
  };
  return [root, '/usr/bin/env', '-i', ...Object.entries(all).map(([name, value]) => `${name}=${value}`), ...command];
}

function mount(...args: string[]): void {
  execFileSync('mount', args, { stdio: ['ignore', 2, 2] });
}

main(process.argv[2] ?? '');
