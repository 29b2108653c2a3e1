import { join } from 'node:path';
import { projectDir } from '../project';
import { run } from '../support/run';

/** A command of the real `halcyon`, as a person types it. */
export interface Command {
  /** As it is typed into a shell. */
  typed: string;
  /** Resolves with what it printed. @throws RunError on an exit code other than 0 */
  run(): Promise<string>;
}

/** `more`: options that only the demo needs, and a person does not type. */
export function halcyon(configFile: string, args: string[], more: string[] = []): Command {
  const cli = join(projectDir, 'dist', 'src', 'cli.js');
  return {
    typed: ['halcyon', ...args.map(quoted)].join(' '),
    run: async () => (await run(process.execPath, [cli, ...args, ...more, '--config', configFile])).stdout,
  };
}

function quoted(arg: string): string {
  return arg.includes(' ') ? `"${arg}"` : arg;
}
