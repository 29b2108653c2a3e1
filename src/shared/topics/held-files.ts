/** `lsof -p`: what a process holds open, by kind. */
export interface OpenFileList {
  pid: number;
  open: number;
  /** Its soft limit; null where it has none. */
  limit: number | null;
  /** Paths of files and devices, each with how often it is open, masked; the most first, at most 40. */
  files: { path: string; times: number }[];
  /** Other paths. */
  moreFiles: number;
  /** Of files that were removed and are still open: their space is not free. */
  deleted: number;
  pipes: number;
  /** Events, timers, and what else has no place. */
  others: number;
  /** TCP ports it listens on, ascending. */
  listens: number[];
  /** TCP connections by the other end and state, the most first; at most 30. */
  connections: { remote: string; state: string; times: number }[];
  moreConnections: number;
  /** Unix sockets, UDP, and what else cannot be told. */
  otherSockets: number;
}
