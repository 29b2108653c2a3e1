#!/usr/bin/env node
// Every command of the project. Stands on Node alone: it is what installs the rest.
import { ensureBuilt } from './lib/build.mjs';
import { runTool } from './lib/child.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { inProject } from './lib/project.mjs';
import { parts, runChaos, runTests } from './lib/tests.mjs';

const HELP = `Usage: node scripts/run.mjs COMMAND [arguments]

  build                   compile to dist/ what changed since the last build
  test [PART] [args]      lint, types and all tests; or one part of them (${parts.join(', ')}).
                          The arguments go to jest: test unit -t 'a name'
  chaos [args]            the random tests in full: parts that are killed, storms, races; test takes a sample of them.
                          HALCYON_CHAOS_SEED makes the same choice again, HALCYON_CHAOS_KILLS sets how many are killed
  chaos --incidents N     kill every part while N incidents are open, and count what went wrong; --help says more
  mutate [args]           change the sources a line at a time: does a test notice? mutate --help says more
  pages [args]            play what people are paged with when incidents end, and print the pages side by side
  demo [args]             break KingFisher on a throw-away host and watch it being healed
  lab [args]              throw-away hosts: up, down, exec, status
  gameday [NAME...]       break a throw-away host in every way of lab/faults: is each healed, or are people called?
  soak [args]             break a throw-away host at random for a while: does Halcyon ever lose sight of it?
  compose                 start what docker-compose.yml has as processes here, and send an alert through all of it
  bench NAME [args]       run a benchmark, such as alert-latency

Each installs the dependencies and builds first where that is needed. Exit codes are those of the command itself; 2 is a
wrong usage.
`;

/** The program of a command and its arguments, or null when it is none. */
function programOf(command, args) {
  if (command === 'demo') return ['lab/demo.js', ...args];
  if (command === 'pages') return ['lab/pages.js', ...args];
  if (command === 'chaos' && args.some(isOfChaosProgram)) return ['lab/chaos.js', ...args];
  if (command === 'gameday') return ['lab/gameday.js', ...args];
  if (command === 'soak') return ['lab/soak.js', ...args];
  if (command === 'compose') return ['lab/compose.js', ...args];
  if (command === 'lab') return ['lab/cli.js', ...args];
  const [name, ...rest] = args;
  if (command === 'bench' && /^[a-z][a-z0-9-]*$/.test(name ?? '')) return [`bench/${name}.js`, ...rest];
  return null;
}

/** All other arguments are for the random tests. */
const isOfChaosProgram = (arg) => /^(--incidents(=.*)?|--help|-h)$/.test(arg);

async function runProgram([file, ...args], interactive) {
  await ensureInstalled();
  await ensureBuilt();
  return await runTool(process.execPath, [inProject('dist', file), ...args], { interactive });
}

async function main([command, ...args]) {
  if (command === '--help' || command === '-h' || command === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (command === 'build') {
    await ensureInstalled();
    await ensureBuilt();
    return 0;
  }
  if (command === 'test' && (args[0] === undefined || args[0].startsWith('-') || parts.includes(args[0]))) {
    return await runTests(args);
  }
  if (command === 'mutate') {
    await ensureInstalled();
    // Needs the compiler, which may not have been there before.
    return await (await import('./lib/mutate/mutate.mjs')).runMutations(args);
  }
  const program = programOf(command, args);
  if (program !== null) return await runProgram(program, command === 'lab');
  if (command === 'chaos') return await runChaos(args);
  process.stderr.write(HELP);
  return 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode ?? 1;
}
