import { z } from 'zod';
import { PACKAGES_LIMIT } from '../../shared/observations/maintenance';
import type { OutdatedPackage, PythonPackages } from '../../shared/observations/maintenance';
import { HostError, errorText } from '../errors';
import { describeEnd } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import { asUser } from '../programs/users';

const OUTPUT_LIMIT_BYTES = 1024 * 1024;
const NAME_CHARACTERS = 100;
/** One, so that pip says that its index does not answer: without an answer it lists nothing, and exits with 0. */
const ONE_RETRY = ['--retries', '1', '--timeout', '10'];
const NO_ANSWER = /Retrying \(Retry\(|Could not fetch URL|There was a problem confirming the ssl certificate/i;

const text = z.string().transform((said) => said.slice(0, NAME_CHARACTERS));
const installed = z.array(z.object({ name: text, version: text }));
const outdated = z.array(z.object({ name: text, version: text, latest_version: text }));

interface Environment {
  venv: string;
  /** Whose it is: its code runs as nobody else. */
  user: string;
  timeoutMs: number;
}

interface Options {
  run: CommandRunner;
  signal: AbortSignal;
}

/**
 * What pip says of a Python environment: how many packages there are, and which have a newer version. Nothing is
 * installed, and nothing written.
 *
 * @throws HostError `ObservationFailed` where there is no such environment or user, pip fails, or its index does not answer
 */
export async function readPythonPackages(environment: Environment, options: Options): Promise<PythonPackages> {
  const all = read(installed, await pip(environment, ['list'], options));
  const newer = read(outdated, await pip(environment, ['list', '--outdated', ...ONE_RETRY], options));
  const listed: OutdatedPackage[] = newer
    .map(({ name, version, latest_version: latest }) => ({ name, version, latest }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    venv: environment.venv,
    installed: all.length,
    outdated: listed.slice(0, PACKAGES_LIMIT),
    dropped: Math.max(0, listed.length - PACKAGES_LIMIT),
  };
}

async function pip({ venv, user, timeoutMs }: Environment, words: string[], { run, signal }: Options): Promise<string> {
  const quiet = ['--format', 'json', '--disable-pip-version-check', '--no-input', '--no-cache-dir'];
  const args = ['-m', 'pip', ...words, ...quiet];
  const env = { PYTHONDONTWRITEBYTECODE: '1' };
  const limits = { timeoutMs, signal, outputLimitBytes: OUTPUT_LIMIT_BYTES };
  const result = await asUser(user, { program: `${venv}/bin/python`, args, env })
    .then((asked) => run({ ...asked, ...limits }))
    .catch((err: unknown) => {
      signal.throwIfAborted();
      // It is configured: nobody may take it for left out.
      throw new HostError('ObservationFailed', `${errorText(err)} (agent.maintenance.python)`);
    });
  const last = result.stderr.trim().split('\n').at(-1) ?? '';
  if (result.exitCode !== 0 || result.timedOut) {
    throw new HostError('ObservationFailed', `pip ${words[0]} of ${venv}: ${describeEnd(result)}: ${last}`);
  }
  if (NO_ANSWER.test(result.stderr)) {
    throw new HostError('ObservationFailed', `the package index of ${venv} does not answer: ${last}`);
  }
  return result.stdout;
}

function read<T>(shape: z.ZodType<T>, said: string): T {
  try {
    return shape.parse(JSON.parse(said));
  } catch {
    throw new HostError('ObservationFailed', `what pip said is no list of packages: ${said.slice(0, 100)}`);
  }
}
