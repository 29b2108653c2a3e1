import type { Command } from 'commander';

/** Exit code of a command that was given what it cannot use. */
export const USAGE_EXIT_CODE = 2;

/** An argument has the right form and a value that cannot be used; the message names both and the remedy. */
export class UsageError extends Error {}

/** Makes this command and those below it leave with `code` where commander itself would leave with 1, in our words. */
export function usageExitsWith(command: Command, code: number): void {
  command.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'halcyon: ')) });
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : code));
  for (const sub of command.commands) usageExitsWith(sub, code);
}
