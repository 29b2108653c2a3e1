import { z } from 'zod';
import { HostError } from '../errors';
import { describeEnd } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import { checkProgram } from '../programs/program';
import { asUser } from '../programs/users';
import { audited } from './audit';
import type { Audited } from './audit';

const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024;
/** Where else it may be than in the environment itself. */
const PLACES = ['/usr/local/bin/pip-audit', '/usr/bin/pip-audit'];

const answer = z.object({
  dependencies: z.array(
    z.object({
      name: z.string(),
      version: z.string().optional(),
      skip_reason: z.string().optional(),
      vulns: z.array(z.object({ id: z.string(), fix_versions: z.array(z.string()) })).default([]),
    }),
  ),
});

export interface PythonEnvironment {
  venv: string;
  /** Whose it is: its code runs as nobody else. */
  user: string;
  timeoutMs: number;
}

/**
 * Known vulnerabilities of a Python environment, where pip-audit is there to say. It exits with 1 where it found some.
 *
 * @throws HostError `ObservationFailed` where it does not answer
 */
export async function auditAdvisories(
  { venv, user, timeoutMs }: PythonEnvironment,
  { run, signal, places = PLACES }: { run: CommandRunner; signal: AbortSignal; places?: readonly string[] },
): Promise<Audited> {
  const program = await firstOf([`${venv}/bin/pip-audit`, ...places]);
  if (program === undefined) return audited({ notLooked: ['pip-audit is not installed'] });
  const args = ['--format', 'json', '--progress-spinner', 'off', '--desc', 'off'];
  // Of that environment, wherever the tool itself is.
  const env = { PIPAPI_PYTHON_LOCATION: `${venv}/bin/python`, PYTHONDONTWRITEBYTECODE: '1' };
  const asked = await asUser(user, { program, args, env });
  const result = await run({ ...asked, timeoutMs, signal, outputLimitBytes: OUTPUT_LIMIT_BYTES });
  const read = answer.safeParse(parsed(result.stdout));
  if (!read.success || result.timedOut || result.truncated) {
    const last = result.stderr.trim().split('\n').at(-1) ?? '';
    throw new HostError('ObservationFailed', `${program}: ${describeEnd(result)}: ${last}`);
  }
  const { dependencies } = read.data;
  const skipped = dependencies.filter(({ skip_reason: why }) => why !== undefined);
  return audited({
    seen: `${dependencies.length - skipped.length} packages of ${venv}`,
    findings: dependencies.flatMap(({ name, version, vulns }) =>
      vulns.map((one) => `${name} ${version}: ${told(one)}`),
    ),
    unknown: skipped.slice(0, 5).map(({ name, skip_reason: why }) => `${name}: ${why}`),
  });
}

function told({ id, fix_versions: versions }: { id: string; fix_versions: string[] }): string {
  return versions.length === 0 ? `${id}, not fixed yet` : `${id}, fixed in ${versions.join(', ')}`;
}

async function firstOf(programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) {
    const isThere = await checkProgram(program).then(
      () => true,
      () => false,
    );
    if (isThere) return program;
  }
  return undefined;
}

function parsed(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}
