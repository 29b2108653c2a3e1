/**
 * The `type` of every ApplicationFailure that Halcyon raises, and whether trying again can help. docs/errors.md has a
 * paragraph for each.
 */
export const FAILURES = {
  /** The agent's own configuration does not name this service, dependency or path. */
  NotConfigured: { retryable: false },
  /** Somebody masked the unit; Halcyon never unmasks. */
  UnitMasked: { retryable: false },
  /** systemd does not know the unit, or cannot parse it. */
  UnitUnusable: { retryable: false },
  /** The change was asked of the host and the observation afterwards does not show it. */
  NotInDesiredState: { retryable: true },
  /** A job of systemd hangs: a stop that does not end, a start behind it. People are needed at once. */
  JobStuck: { retryable: false },
  /** KingFisher's own configuration check says no: whatever is stopped could not start again. */
  ConfigurationInvalid: { retryable: false },
  /** The host could not be observed: unknown is not success. */
  ObservationFailed: { retryable: true },
  /** A selector is empty, too wide, leaves its root or crosses a symbolic link. */
  UnsafeSelector: { retryable: false },
  /** A file system ran full: its message says which, and how much is left. */
  DiskFull: { retryable: false },
  /** The file system has no room for what is asked, with its reserve. */
  NotEnoughSpace: { retryable: false },
  /** No image of the day was found, and the folder of images is missing or holds files in another layout. */
  ImagesNotFound: { retryable: false },
  /** A backup read back is not what was copied. */
  BackupMismatch: { retryable: true },
  /** The agent's own configuration does not allow this change: `agent.allow`. */
  NotAllowed: { retryable: false },
  /** A change was asked for without a permit. */
  NoPermit: { retryable: false },
  /** The agent saw a newer fencing token: whoever asks has lost its turn. */
  StaleToken: { retryable: false },
  /** Changes are paused on this host, by its pause file or by its guard. */
  Paused: { retryable: false },
  /** The incident may not make this change: mode, guard, budget, approval. */
  ChangeRefused: { retryable: false },
  /** A value is not the one that was to be replaced: somebody else wrote it. */
  ValueChanged: { retryable: false },
  /** Slack or PagerDuty refused for good. */
  PageNotDelivered: { retryable: false },
  /** Slack or PagerDuty asked to wait, failed, or did not answer. */
  PageNotYetDelivered: { retryable: true },
  /** The agent took no work within its time: its host or its unit is down. */
  AgentUnreachable: { retryable: false },
  /** The agent does not know what it was asked for: it is of an older version than the controller. */
  AgentTooOld: { retryable: false },
} as const;

export type FailureType = keyof typeof FAILURES;
