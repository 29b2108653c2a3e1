/**
 * What an agent sees and changes during a full recovery (section H of the document). Plain JSON, bounded; the rules of
 * `observations.ts` hold here too.
 */
import type { Change, EndpointState, ProcessInfo } from './observations';

/** Processes of the service that its manager does not own (H.1: King-Scripts, leftovers). */
export interface StrayList {
  processes: ProcessInfo[];
  /** Found but left out of `processes` (more than 20). */
  more: number;
}

export interface StraysEnded extends Change<StrayList> {
  /** How each ended, at most 20. */
  ended: { pid: number; command: string; how: 'TERM' | 'KILL' | 'by itself' }[];
}

/** One backup of one incident (H.2). */
export interface BackupState {
  /** Folder of the backup. */
  path: string;
  /** `nothing`: there is no image of the day, so there is nothing to keep: an outcome and no error. */
  state: 'absent' | 'partial' | 'complete' | 'nothing';
  files: number;
  bytes: number;
  /** Digest of the manifest; null while there is none. */
  manifestSha256: string | null;
}

/** A backup as `halcyon backups list` shows it. */
export interface BackupSummary extends BackupState {
  id: string;
  /** When its manifest was written; the folder's own time while there is none. */
  createdAt: string;
}

/** What a backup would need and what there is. */
export interface BackupPlan {
  source: string;
  exists: boolean;
  files: number;
  bytes: number;
  availableBytes: number;
  /** Enough space is there, with the configured reserve. */
  fits: boolean;
  /** Why the backup would be refused: no image of the day was found, and not because there is none. */
  obstacle?: string;
}

/** Folders 0755, files 0644, owner and group as configured (H.3). */
export interface PermissionCount {
  entries: number;
  /** Entries that are not as they should be. */
  different: number;
  /** Some of them, as `path: what it is -> what it should be`, at most 10. */
  examples: string[];
  /** Symbolic links, sockets, devices: left alone. */
  skipped: number;
}

/** Redis db 1 (H.5). */
export interface RateLimitCount {
  database: number;
  rateLimitKeys: number;
  otherKeys: number;
}

/** RabbitMQ's exchanges (H.6). */
export interface ExchangeState {
  endpoint: EndpointState;
  expected: string[];
  missing: string[];
}
