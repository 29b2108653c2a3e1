import { describeEnd } from '../../host/commands';
import type { CommandResult } from '../../host/commands';
import { CommandNotStarted } from '../../host/program';
import type { Redact } from '../../host/redact';
import type { CommandSettings } from '../../host/settings';
import { asUser } from '../../host/users';
import type { ConfigurationCheck } from '../../shared/observations';
import type { HostDeps } from './dependencies';
import { asActivity } from './run';
import type { HostActivities } from './types';

const OUTPUT_CHARACTERS = 1_000;

/** A.2: KingFisher's own configuration check, run as its user. */
export function createConfigurationActivities(deps: HostDeps): Pick<HostActivities, 'checkConfiguration'> {
  const { settings, redact } = deps;
  return {
    checkConfiguration: asActivity(redact, async ({ signal }) => {
      const { configCheck } = settings.kingfisher;
      if (configCheck === null) return absent('no configuration check is configured');
      return await check(deps, configCheck, signal);
    }),
  };
}

async function check(
  { run, redact }: HostDeps,
  { command, cwd, user, timeoutMs }: CommandSettings,
  signal: AbortSignal,
): Promise<ConfigurationCheck> {
  const [program = '', ...args] = command;
  try {
    const asked = await asUser(user, { program, args });
    return judge(await run({ ...asked, cwd, timeoutMs, signal }), redact);
  } catch (err) {
    if (err instanceof CommandNotStarted) return absent(redact(err.message, OUTPUT_CHARACTERS));
    throw err;
  }
}

/** Only an exit code is an answer: a check that was killed said nothing about the configuration. */
function judge(result: CommandResult, redact: Redact): ConfigurationCheck {
  const said = [result.stdout, result.stderr].map((text) => text.trim()).filter((text) => text !== '');
  const ended = result.exitCode === 0 ? [] : [`(${describeEnd(result)})`];
  const output = redact([...said, ...ended].join('\n'), OUTPUT_CHARACTERS);
  const answered = result.exitCode !== null && !result.timedOut;
  return { evidence: answered ? 'present' : 'malformed', valid: answered && result.exitCode === 0, output };
}

function absent(output: string): ConfigurationCheck {
  return { evidence: 'absent', valid: false, output };
}
