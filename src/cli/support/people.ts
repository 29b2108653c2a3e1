import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { isNobody } from '../../shared/safety/people';
import { maskSecrets } from '../../shared/text/secrets/mask';
import { UsageError } from './usage';

/** `--as`, the same in every command that goes on the record. */
export function asOption(command: Command): Command {
  return command.option('--as <name>', `who you are, for the record (default: your login name, "${loginName()}")`);
}

/** A reason or a note as an option's value: it stays in histories and pages, so what looks like a secret is masked. */
export function forTheRecord(text: string): string {
  return maskSecrets(text);
}

/** @throws UsageError for a reason that says nothing */
export function requireReason(reason: string): void {
  if (reason.trim() === '') throw new UsageError('--reason: say why in a few words, it goes on the record');
}

/**
 * Who runs the command: `--as`, else who called sudo, else the user.
 *
 * @throws UsageError for a name that says nothing
 */
export function whoAmI(as: string | undefined): string {
  const who = (as ?? loginName()).trim();
  if (isNobody(who)) throw new UsageError('--as: say who you are, it goes on the record');
  return who;
}

function loginName(): string {
  return process.env['SUDO_USER'] ?? userInfo().username;
}
