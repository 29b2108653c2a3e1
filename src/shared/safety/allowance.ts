/** What an agent may be allowed to do on its host: the words of `agent.allow` in halcyon.yaml. */
export const ALLOWANCES = [
  'restart',
  'clearFiles',
  'changeSettings',
  'quarantine',
  'repairImages',
  'maintain',
  'blockAddress',
  'issueToken',
  'fullRecovery',
] as const;

export type Allowance = (typeof ALLOWANCES)[number];

/** What may be done where nothing is written: all but to cut somebody off, to let somebody in, and a full recovery. */
export const ALLOWED_BY_DEFAULT: readonly Allowance[] = [
  'restart',
  'clearFiles',
  'changeSettings',
  'quarantine',
  'repairImages',
  'maintain',
];

/**
 * The word that each change needs. A change that does not stand here does not exist. A setting that is a member of a family
 * needs that family's own: `blockAddress`.
 */
export const CHANGES = {
  ensureRestarted: 'restart',
  ensureTempFilesRemoved: 'clearFiles',
  ensureLogsRotated: 'clearFiles',
  ensureSetting: 'changeSettings',
  ensureEventQuarantined: 'quarantine',
  ensureTokenIssued: 'issueToken',
  ensureImagePermissions: 'repairImages',
  ensureImagesQuarantined: 'repairImages',
  ensureOldImagesRemoved: 'maintain',
  ensureTablesVacuumed: 'maintain',
  ensureStopped: 'fullRecovery',
  ensureStraysEnded: 'fullRecovery',
  ensureBackup: 'fullRecovery',
  ensureBackupsPruned: 'fullRecovery',
  ensurePermissions: 'fullRecovery',
  ensureTemporaryFilesCleared: 'fullRecovery',
  ensureRateLimitsReset: 'fullRecovery',
  ensureStarted: 'fullRecovery',
} as const satisfies Record<string, Allowance>;

/** The name of an activity that changes its host. */
export type ChangeName = keyof typeof CHANGES;

/** Those that put something back, which no pause, no turn and no missing word may hold up. All others are never an undo. */
export const UNDOES: readonly ChangeName[] = ['ensureSetting', 'ensureStarted'];

/** What an agent says of itself, from its own configuration. */
export interface AllowedState {
  allow: Allowance[];
  /** Entries whose permissions may be mended without asking. */
  permissionsLimit: number;
  /** Entries whose permissions may be mended when a person approved it. */
  permissionsApprovedLimit: number;
  /** Folder of the backups; null where none is configured. */
  backups: string | null;
  /** Names of the activities that it has. */
  activities: string[];
}

export function isAllowed(needed: Allowance, { allow }: Pick<AllowedState, 'allow'>): boolean {
  return allow.includes(needed);
}

/** What a host does not allow, in words that name the key to write. */
export function notAllowed(needed: Allowance, host: string): string {
  return `agent.allow of ${host} does not name ${needed}`;
}
