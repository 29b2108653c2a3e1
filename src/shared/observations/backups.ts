/** A backup read back and compared with its manifest. */
export interface BackupVerdict extends BackupSummary {
  /** Everything that the manifest names is there, byte for byte. */
  good: boolean;
  /** Files that are missing or not what was copied. */
  bad: number;
  /** Some of them, as `path: what is wrong`, at most 10. */
  examples: string[];
}

export interface RestoreOptions {
  /** Absolute folder to restore into; the one that was backed up where absent. */
  to?: string | undefined;
  /** Compare only, change nothing. */
  dryRun: boolean;
  /** Replace files that were written after the backup, too. */
  overwrite: boolean;
}

/** What became, or in a dry run would become, of each file of a backup. */
export interface RestoreResult {
  id: string;
  target: string;
  dryRun: boolean;
  /** Where it is not good, nothing was restored. */
  verdict: BackupVerdict;
  /** Were missing or different. */
  restored: number;
  restoredBytes: number;
  /** Were as in the backup already. */
  same: number;
  /** Are newer than in the backup, and stay. */
  keptNewer: number;
  /** A link, folder or special file has their place, and stays. */
  inTheWay: number;
  /** Some that stay, as `path: why`, at most 10. */
  examples: string[];
}

/** The backups of one host. Each rejects with an error that says what to do. */
export interface Backups {
  /** Newest first. */
  list(): Promise<BackupSummary[]>;
  /** `undefined` when there is no such backup. */
  verify(id: string): Promise<BackupVerdict | undefined>;
  /** `undefined` when there is no such backup. */
  restore(id: string, options: RestoreOptions): Promise<RestoreResult | undefined>;
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
