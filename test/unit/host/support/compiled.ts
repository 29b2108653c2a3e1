import { transformSync } from '@swc/core';
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../../../..');

/** Compiles what an agent needs into `folder`, so that a test can run it in a process of its own and kill that. */
export function compileAgent(folder: string): void {
  for (const part of ['shared', 'locks', 'host', 'activities'])
    compileFolder(path.join(root, 'src', part), path.join(folder, part));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
}

/** Compiles all processes into `folder`: `worker.js`, `intake.js`, `cli.js`. */
export function compileProcesses(folder: string): void {
  compileFolder(path.join(root, 'src'), folder);
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
}

function compileFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (statSync(source).isDirectory()) compileFolder(source, target);
    else if (name.endsWith('.ts')) writeFileSync(target.replace(/ts$/, 'js'), compile(source));
  }
}

function compile(file: string): string {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    configFile: false,
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  return code;
}
