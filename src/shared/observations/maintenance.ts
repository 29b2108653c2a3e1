import type { FileCount } from './files';

/** What the weekly maintenance sees on a host. */

/** The logs that are being written, and from what size on they are rotated. */
export interface LogSizes extends FileCount {
  /** Null where no file of logrotate is configured. */
  rotateAboveBytes: number | null;
}

/** Images that are old enough to go. */
export interface OldImages extends FileCount {
  /** Last written before this moment, and not filed under a day after it. ISO 8601. */
  writtenBefore: string;
  /** More than `limit` are removed when a person approved it, and more than `approvedLimit` never. */
  limit: number;
  approvedLimit: number;
  /** What was left out and why, at most 10. */
  notes: string[];
}

/** One table by PostgreSQL's own statistics. Times are ISO 8601; null for never. */
export interface TableState {
  table: string;
  bytes: number;
  deadRows: number;
  lastVacuum: string | null;
  lastAnalyze: string | null;
}

export interface TablesState {
  tables: TableState[];
  /** What vacuuming them all may take at the most, milliseconds. */
  withinMs: number;
}

/** One package of KingFisher's Python environment that has a newer version. */
export interface OutdatedPackage {
  name: string;
  version: string;
  latest: string;
}

export interface PythonPackages {
  venv: string;
  installed: number;
  /** By name, at most `PACKAGES_LIMIT`. */
  outdated: OutdatedPackage[];
  /** So many more there are. */
  dropped: number;
}

export const PACKAGES_LIMIT = 100;
