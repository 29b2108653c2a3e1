/** Where reading a log goes on. It comes back from whoever reads, so an agent takes nothing in it for granted. */
export interface LogPosition {
  file: FilePosition | null;
  journal: JournalPosition | null;
}

export interface FilePosition {
  /** Of the file that was read: a rotated log is another one. */
  inode: number;
  offset: number;
  /** Lines that may still belong to a private key whose beginning was read; 0 outside of one. */
  keyLines: number;
}

export interface JournalPosition {
  /** journald's cursor of the last entry that was read, or `@` and the second since which none was. */
  after: string;
  keyLines: number;
}

/** What one log says. */
export interface LogRead {
  source: 'file' | 'journal';
  /** `/var/log/kingfisher/service.log`, `journal of kingfisher.service` */
  path: string;
  /** Oldest first, masked, each cut to 1,000 characters. */
  lines: string[];
  /** What the reader should know of them: the file was rotated, some were skipped. */
  notes: string[];
  /** Why it could not be read; empty where it was. */
  problem: string;
}

export interface LogsAnswer {
  /** One for each log that the host has. */
  reads: LogRead[];
  position: LogPosition;
  /** There is more already. */
  more: boolean;
}
