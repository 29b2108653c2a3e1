import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { MINIMAL_ENVIRONMENT } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import { HostError } from '../errors';
import type { ProcessManagerSettings } from '../agent-settings';

const SYSTEMD_RUN = '/usr/bin/systemd-run';
const SYSTEMCTL = '/usr/bin/systemctl';
const PREFIX = 'halcyon-kingfisher-';
const START_TIMEOUT_MS = 20_000;
const ASK_TIMEOUT_MS = 5_000;

/** A service that systemd started for us, in a unit of its own. */
export interface OwnUnit {
  unit: string;
  pid: number;
}

/**
 * Whether a service that is no unit can be given one. What the agent starts itself stays in the agent's control group, and
 * is killed with it when the agent is restarted.
 */
export function canHaveOwnUnit(): boolean {
  return process.getuid?.() === 0 && existsSync('/run/systemd/system') && existsSync(SYSTEMD_RUN);
}

/**
 * Has systemd start the command in a transient unit: in a control group of its own, with a clean environment, without the
 * agent's limits. Returns when the program was executed. Undefined when systemd refuses.
 *
 * @param logFd where its output goes; must stay open until this returns
 * @throws HostError `NotInDesiredState` when systemd does not answer: whether it was started is unknown
 */
export async function startInOwnUnit(
  { command, user, env }: Pick<ProcessManagerSettings, 'command' | 'user' | 'env'>,
  { cwd, logFd }: { cwd: string; logFd: number },
  run: CommandRunner,
): Promise<OwnUnit | undefined> {
  // Those that failed before keep their names for ever.
  await run({ program: SYSTEMCTL, args: ['reset-failed', '--', `${PREFIX}*.service`], timeoutMs: ASK_TIMEOUT_MS });
  const unit = `${PREFIX}${randomBytes(4).toString('hex')}.service`;
  // The file that we hold, and not whatever is at its path by now.
  const log = `append:/proc/${process.pid}/fd/${logFd}`;
  const properties = {
    Description: 'KingFisher, started by the Halcyon agent',
    // What it forks may outlive it, as without systemd.
    KillMode: 'process',
    StandardOutput: log,
    StandardError: log,
  };
  const result = await run({
    program: SYSTEMD_RUN,
    args: [
      ...['--quiet', '--no-ask-password', '--service-type=exec', `--unit=${unit}`, `--working-directory=${cwd}`],
      ...(user === undefined ? [] : [`--uid=${user}`]),
      ...Object.entries(properties).map(([name, value]) => `--property=${name}=${value}`),
      ...Object.entries({ ...MINIMAL_ENVIRONMENT, ...env }).map(([name, value]) => `--setenv=${name}=${value}`),
      '--',
      // systemd replaces variables in arguments.
      ...command.map((argument) => argument.replaceAll('$', '$$$$')),
    ],
    timeoutMs: START_TIMEOUT_MS,
  });
  if (result.timedOut) {
    const remedy = 'see: systemctl list-jobs';
    throw new HostError('NotInDesiredState', `systemd did not start ${unit} in ${START_TIMEOUT_MS} ms; ${remedy}`);
  }
  const pid = Number((await show(unit, run))['ExecMainPID']);
  return result.exitCode === 0 && pid > 0 ? { unit, pid } : undefined;
}

/** How the main process of such a unit ended; undefined while it runs, and when systemd has forgotten it. */
export async function endOfOwnUnit(
  unit: string,
  run: CommandRunner,
): Promise<{ exitCode: number | null; isSignal: boolean } | undefined> {
  const { ExecMainCode: code, ExecMainStatus: status } = await show(unit, run);
  // CLD_EXITED is 1; killed and dumped are more.
  if (code === undefined || Number(code) === 0) return undefined;
  return Number(code) === 1 ? { exitCode: Number(status), isSignal: false } : { exitCode: null, isSignal: true };
}

async function show(unit: string, run: CommandRunner): Promise<Record<string, string>> {
  const args = ['show', '--no-pager', '--property=ExecMainPID,ExecMainCode,ExecMainStatus', '--', unit];
  const { stdout } = await run({ program: SYSTEMCTL, args, timeoutMs: ASK_TIMEOUT_MS });
  return Object.fromEntries(stdout.split('\n').flatMap((line) => (line.includes('=') ? [line.split('=', 2)] : [])));
}
