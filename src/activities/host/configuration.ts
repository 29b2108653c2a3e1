import { describeEnd } from '../../host/programs/commands';
import type { CommandResult } from '../../host/programs/commands';
import { CommandNotStarted } from '../../host/programs/program';
import { redactingEnvironments } from '../../host/redact';
import type { Redact } from '../../host/redact';
import { readServiceEnvironment } from '../../host/services/service-environment';
import type { ServiceEnvironment } from '../../host/services/service-environment';
import type { ConfigCheckSettings } from '../../host/agent-settings';
import { asUser } from '../../host/programs/users';
import type { ConfigurationCheck } from '../../shared/observations/files';
import type { HostDeps } from './core/deps';
import { asActivity } from './core/run';

const OUTPUT_CHARACTERS = 1_000;

export interface ConfigurationActivities {
  /** A.2: KingFisher's own configuration check. */
  checkConfiguration(): Promise<ConfigurationCheck>;
}

/** A.2: KingFisher's own configuration check, as a start of the service would find it: its user, folder, environment. */
export function createConfigurationActivities(deps: HostDeps): ConfigurationActivities {
  const { settings, redact, run } = deps;
  return {
    checkConfiguration: asActivity(redact, async ({ signal }) => {
      const { configCheck, manager } = settings.kingfisher;
      if (configCheck === null) return absent('no configuration check is configured');
      const environment = await readServiceEnvironment(manager, run, signal);
      if (environment.missing.length > 0) {
        return { evidence: 'present', valid: false, output: redact(environment.missing.join('\n'), OUTPUT_CHARACTERS) };
      }
      return await check(deps, configCheck, environment, signal);
    }),
  };
}

async function check(
  { run, redact, settings }: HostDeps,
  { command, cwd, user, timeoutMs }: ConfigCheckSettings,
  environment: ServiceEnvironment,
  signal: AbortSignal,
): Promise<ConfigurationCheck> {
  const [program = '', ...args] = command;
  const masked = redactingEnvironments(redact, [environment.env]);
  try {
    const asked = await asUser(user ?? environment.user, { program, args, env: environment.env });
    const where = cwd ?? environment.cwd ?? settings.kingfisher.installDir;
    return judge(await run({ ...asked, cwd: where, timeoutMs, signal }), masked);
  } catch (err) {
    if (err instanceof CommandNotStarted) return absent(masked(err.message, OUTPUT_CHARACTERS));
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
