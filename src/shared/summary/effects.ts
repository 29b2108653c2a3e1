import type { ApprovalSubject, Risk } from '../safety/approval';
import { formatDuration } from '../text/durations';

const EFFECTS: Partial<Record<Risk, (given: ApprovalSubject['arguments']) => string>> = {
  fullRecovery: ({ backups, onlyUnhealthy }) =>
    [
      'It stops KingFisher and ends its stray processes (H.1)',
      `copies today's images to ${backups ?? 'the folder agent.backup.root of the host'} and removes outdated backups (H.2)`,
      "sets owner and mode of KingFisher's files (H.3)",
      'deletes old temporary files (H.4) and rate-limit counters (H.5)',
      `restarts PostgreSQL, Redis and RabbitMQ${onlyUnhealthy === true ? ', those that are down' : ''} (H.6, H.7)`,
      'starts KingFisher and verifies it (H.8, H.9). What it deletes is not kept; without that copy it clears no files.',
    ].join(', '),
  quarantine: ({ event }) =>
    `It moves event ${event} from the outbox to its quarantine, a table in the same database, as a whole. It is not published until somebody puts it back.`,
  blockAddress: ({ addresses, forMs }) =>
    `The host drops whatever comes from ${addresses} for ${formatDuration(Number(forMs))}; then the kernel ends it by itself.`,
  raiseLimit: ({ setting, from, forMs }) =>
    `${setting} goes back to ${from} by itself after ${formatDuration(Number(forMs))}.`,
  issueToken: ({ client }) =>
    `Its value goes to a file of the host for root alone; whoever has it is taken for ${client}.`,
  removeImages: () => 'It deletes these images for good; nothing of them is backed up.',
  permissions: () => 'It sets owner and mode of these files; what they were before is not kept.',
  change: () =>
    'It may restart services and, where the disk is full, delete old temporary files; nothing of that is backed up.',
};

/** What a yes destroys or interrupts, and where the backup of it is: part of the question. Empty where nothing is known. */
export function effectsOf({ risk, arguments: given }: ApprovalSubject): string {
  return EFFECTS[risk]?.(given) ?? '';
}
