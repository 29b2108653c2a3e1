import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from '../../lab/project';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** The built `halcyon` as a process of its own; whatever it exits with is a result. */
export async function halcyon(args: string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const command = [join(projectDir, 'dist', 'src', 'cli.js'), ...args];
  try {
    const run = await promisify(execFile)(process.execPath, command, {
      env: { ...process.env, ...env },
      timeout: 30_000,
    });
    return { code: 0, ...run };
  } catch (err) {
    const { code, stdout, stderr } = err as Partial<CommandResult>;
    if (typeof code !== 'number') throw err;
    return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
  }
}
