import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { freePorts } from '../../../lab/temporal/ports';
import { createPauseCommand, createResumeCommand } from '../../../src/cli/guard/pause';
import { createAnswerCommand } from '../../../src/cli/incident/approve';
import { createIncidentCommand } from '../../../src/cli/incident/incident';
import { createLeasesCommand } from '../../../src/cli/lease/leases';
import { createSchedulesCommand } from '../../../src/cli/maintenance/schedules';
import { createRunCommand } from '../../../src/cli/run';

let folder: string;
let configFile: string;
let address: string;
let said: string;
let exitCode: typeof process.exitCode;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'halcyon-cli-'));
  configFile = join(folder, 'halcyon.yaml');
  // Nobody listens there.
  const [port = 0] = await freePorts(1);
  address = `127.0.0.1:${port}`;
  writeFileSync(configFile, `temporal:\n  address: ${address}\nhosts:\n  h1: {}\n`);
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  ({ exitCode } = process);
});
afterEach(() => {
  process.exitCode = exitCode;
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

async function incident(...args: string[]): Promise<void> {
  await createIncidentCommand().parseAsync([...args, '--config', configFile], { from: 'user' });
}

async function run(...args: string[]): Promise<void> {
  await createRunCommand().parseAsync([...args, '--config', configFile], { from: 'user' });
}

describe('without Temporal', () => {
  it('a command ends with 3 and names the address', async () => {
    await run('service-down', '--host', 'h1', '--reason', 'test');
    expect(process.exitCode).toBe(3);
    expect(said).toBe(`halcyon: Temporal at ${address} cannot be reached; is it running, is temporal.address right?\n`);
  });
});

describe('what people write for the record', () => {
  const withAllBelow = (command: Command): Command[] => [command, ...command.commands.flatMap(withAllBelow)];
  const all = [
    ...[createRunCommand(), createPauseCommand(), createResumeCommand(), createAnswerCommand('approve')],
    ...[createIncidentCommand(), createLeasesCommand(), createSchedulesCommand()],
  ];
  const texts = all
    .flatMap(withAllBelow)
    .flatMap((command) =>
      command.options
        .filter(({ flags }) => flags.includes('<text>'))
        .map((option) => [`${command.name()} ${option.flags}`, option] as const),
    );

  it.each(texts)('%s stays in no history with a secret', (_, option) => {
    expect(option.parseArg?.('disk full, password=hunter22', undefined)).toBe('disk full, password=***');
  });

  it('is asked for by these commands', () => {
    const commands = texts.map(([name]) => name.split(' ')[0]);
    const some = ['service-down', 'emergency-recovery', 'pause', 'resume', 'approve', 'close', 'apply', 'release'];
    expect(commands).toEqual(expect.arrayContaining([...some, 'extend', 'abandon']));
  });
});

describe('wrong arguments', () => {
  it.each(['0', '-1', 'many', '2.9', '1e2', '2000'])('--limit %s is refused', async (limit) => {
    await expect(incident('list', `--limit=${limit}`)).rejects.toThrow(
      `--limit: expected a whole number from 1 to 1000, got "${limit}"`,
    );
  });

  it.each([
    [['--since', 'yesterday'], '--since: expected a duration'],
    [['--outcome', 'good'], '--outcome: expected one of healed'],
    [['--host', 'h"1'], '--host: no name has a quote'],
  ])('list %j is refused', async (args, words) => {
    await expect(incident('list', ...args)).rejects.toThrow(words);
  });

  it('--reason must say something', async () => {
    await expect(run('service-down', '--host', 'h1', '--reason', '  ')).rejects.toThrow(/^--reason: say why/);
  });
});
