/** `npm run lab -- up|down|exec|status|forward|reverse`. Exit codes: the command's own for exec; 0, 1 failed, 2 usage. */
import { spawnSync } from 'node:child_process';
import { Command, Option } from 'commander';
import { LabHost, labUnavailable, type LabHostOptions } from './lab-host';
import { ensurePackages } from './packages';
import { hostFile } from './project';

const program = new Command('npm run lab --')
  .description('Throw-away hosts with a real systemd, PostgreSQL, Redis, RabbitMQ and a stand-in KingFisher.')
  .enablePositionalOptions()
  .showHelpAfterError('(--help says more)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command('up')
  .argument('<name>', 'a small letter, then up to 11 letters, digits or dashes')
  .description('boot a host and wait until KingFisher is ready (about 9 s)')
  .option('--images <count>', "images of 20 KB in today's folder", Number)
  .option('--size <size>', 'most that the host may write; it is memory', '3g')
  .option('--data-size <size>', "size of KingFisher's data file system", '256m')
  .action(up);

program
  .command('down')
  .argument('[names...]')
  .addOption(new Option('--all', 'every host'))
  .description('end hosts and remove every trace of them')
  .action((names: string[], { all }: { all?: boolean }) => passThrough(['down', ...names, ...(all ? ['--all'] : [])]));

program
  .command('exec')
  .argument('<name>')
  .argument('<command...>')
  .passThroughOptions()
  .description('run a command as root inside; input, output and exit code pass through')
  .action((name: string, command: string[]) => passThrough(['exec', name, ...command]));

program
  .command('status')
  .argument('[names...]')
  .option('--json', 'one JSON object a line')
  .description('what is up, and how it is')
  .action((names: string[], { json }: { json?: boolean }) =>
    passThrough(['status', ...(json ? ['--json'] : []), ...names]),
  );

program
  .command('forward')
  .argument('<name>')
  .argument('<port>', "the host's port")
  .argument('[local-port]', "this machine's port, the same where absent")
  .description("reach the host's 127.0.0.1:port from here")
  .action((name: string, port: string, local = port) => passThrough(['forward', name, port, local]));

program
  .command('reverse')
  .argument('<name>')
  .argument('<port>', "the host's port")
  .argument('[outside-port]', "this machine's port, the same where absent")
  .description("let the host reach this machine's 127.0.0.1:outside-port at its own 127.0.0.1:port")
  .action((name: string, port: string, outside = port) => passThrough(['reverse', name, port, outside]));

async function up(name: string, options: LabHostOptions): Promise<void> {
  const reason = labUnavailable();
  if (reason !== null) throw new Error(reason);
  await ensurePackages((line) => console.error(line));
  const started = Date.now();
  await LabHost.up(name, options);
  console.log(`${name} is ready after ${((Date.now() - started) / 1_000).toFixed(1)} s. Look inside:`);
  console.log(`  npm run lab -- exec ${name} systemctl status kingfisher`);
}

function passThrough(args: string[]): void {
  if (process.getuid?.() !== 0) throw new Error('the lab needs root');
  const ended = spawnSync('bash', [hostFile('lab-host.sh'), ...args], { stdio: 'inherit' });
  if (ended.error !== undefined) throw ended.error;
  process.exitCode = ended.status ?? 128;
}

program.parseAsync().catch((error: Error) => {
  console.error(`lab: ${error.message}`);
  process.exitCode = 1;
});
