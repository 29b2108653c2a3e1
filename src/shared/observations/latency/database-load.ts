import type { Evidence } from '../change';

/** A statement as `pg_stat_statements` counts it. */
export interface CountedStatement {
  /** Its shape: no literals, masked and cut. */
  shape: string;
  calls: number;
  meanMs: number;
}

/** A session of PostgreSQL that is in others' way, or waits for them. */
export interface DatabaseSession {
  pid: number;
  user: string;
  /** For how long it has run, waited, or kept its transaction open. */
  forMs: number;
  /** Pids of those that it waits for. */
  blockedBy: number[];
  shape: string;
}

/** A large table that is read from end to end. Counted since the statistics were reset last. */
export interface ScannedTable {
  table: string;
  bytes: number;
  scans: number;
  /** The same by an index. */
  indexScans: number;
}

/** What PostgreSQL is busy with. Nothing in it is changed by looking. */
export interface DatabaseLoad {
  connections: { used: number; max: number };
  /** Those that wait for a lock, the longest first; at most `SESSIONS_TOLD` of each kind. */
  blocked: DatabaseSession[];
  /** Transactions that are open, and do nothing. */
  idle: DatabaseSession[];
  /** Statements that run, and wait for no lock. */
  running: DatabaseSession[];
  scanned: ScannedTable[];
  /** `absent`: the extension is not there. `malformed`: it cannot be read. */
  counted: Evidence;
  /** The slowest first. */
  statements: CountedStatement[];
  observedAt: string;
}

/** From when on a session is in the way. */
export interface DatabaseTerms {
  blockedForMs: number;
  idleForMs: number;
  runningForMs: number;
}

export const SESSIONS_TOLD = 5;
export const STATEMENTS_TOLD = 10;
