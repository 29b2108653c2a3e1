import { HostError } from '../../../host/errors';
import { describeEnd } from '../../../host/programs/commands';
import type { CommandResult } from '../../../host/programs/commands';
import { CommandNotStarted } from '../../../host/programs/program';
import { asUser } from '../../../host/programs/users';
import { redactingEnvironments } from '../../../host/redact';
import type { Redact } from '../../../host/redact';
import { readServiceEnvironment } from '../../../host/services/service-environment';
import { notConfigured } from '../../../host/services/service-managers';
import { isPluginName } from '../../../shared/observations/pipeline';
import type { PluginTest } from '../../../shared/observations/pipeline';
import type { HostDeps } from '../core/deps';

const OUTPUT_CHARACTERS = 500;
const OUTPUT_LIMIT_BYTES = 16 * 1024;

/**
 * Runs the configured command for one plugin, as KingFisher would: its user, folder and environment. The name comes from a log:
 * it becomes an argument of its own, or nothing.
 */
export async function testPlugin(deps: HostDeps, plugin: string, signal: AbortSignal): Promise<PluginTest> {
  const { settings, redact, run } = deps;
  const { manager, installDir, user: serviceUser, pipeline } = settings.kingfisher;
  if (pipeline.pluginTest === null) throw notConfigured('kingfisher.pipeline.pluginTest');
  if (!isPluginName(plugin)) {
    throw new HostError('UnsafeSelector', `${JSON.stringify(plugin.slice(0, 100))} cannot be the name of a plugin`);
  }
  const { command, symbol, cwd, user, timeoutMs } = pipeline.pluginTest;
  const environment = await readServiceEnvironment(manager, run, signal);
  const masked = redactingEnvironments(redact, [environment.env]);
  const [program = '', ...args] = command.map((word) => ({ '{plugin}': plugin, '{symbol}': symbol })[word] ?? word);
  try {
    const asked = await asUser(user ?? environment.user ?? serviceUser, { program, args, env: environment.env });
    const where = cwd ?? environment.cwd ?? installDir;
    const limits = { timeoutMs, outputLimitBytes: OUTPUT_LIMIT_BYTES, signal };
    return { plugin, ...judge(await run({ ...asked, cwd: where, ...limits }), masked) };
  } catch (err) {
    if (!(err instanceof CommandNotStarted)) throw err;
    return { plugin, result: 'unknown', output: masked(err.message, OUTPUT_CHARACTERS) };
  }
}

/** Only an exit code is an answer: a test that was killed, or did not end, said nothing of the plugin. */
function judge(result: CommandResult, redact: Redact): Omit<PluginTest, 'plugin'> {
  const said = [result.stdout, result.stderr].map((text) => text.trim()).filter((text) => text !== '');
  // Masked as a whole, since half a secret does not look like one any more.
  const last = redact(said.join('\n')).slice(-OUTPUT_CHARACTERS);
  if (result.exitCode === 0) return { result: 'passed', output: last };
  const output = [describeEnd(result), last].filter((text) => text !== '').join(': ');
  return { result: result.exitCode === null || result.timedOut ? 'unknown' : 'failed', output };
}
