import type { ApprovalSubject, Risk } from '../safety/approval';

const EFFECTS: Partial<Record<Risk, (given: ApprovalSubject['arguments']) => string>> = {
  fullRecovery: ({ backups }) =>
    'It stops KingFisher and restarts all services. It deletes old temporary files, rate-limit counters and outdated backups, ' +
    "and sets owner and mode of KingFisher's files. " +
    `First it copies today's images to ${backups ?? 'the folder agent.recovery.backup.root of the host'}; ` +
    'without that copy it clears no files.',
  permissions: () => 'It sets owner and mode of these files; what they were before is not kept.',
  change: () =>
    'It may restart services and, where the disk is full, delete old temporary files; nothing of that is backed up.',
};

/** What a yes destroys or interrupts, and where the backup of it is: part of the question. Empty where nothing is known. */
export function effectsOf({ risk, arguments: given }: ApprovalSubject): string {
  return EFFECTS[risk]?.(given) ?? '';
}
