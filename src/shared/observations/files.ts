import type { Evidence } from './change';

export interface LogTail {
  path: string;
  evidence: Evidence;
  /** Last lines, masked, each cut to 300 characters, together at most 8 KiB. */
  lines: string[];
  /** When the file was last written. */
  modifiedAt: string | null;
  sizeBytes: number;
}

export interface DiskState {
  path: string;
  /** Where its file system is mounted; empty where the host does not say. */
  mount: string;
  /** Mounted read-only, also by the kernel after an error of the disk. */
  readOnly: boolean;
  totalBytes: number;
  availableBytes: number;
  usedPercent: number;
  inodesUsedPercent: number;
  /** Below the agent's configured floor of free bytes or inodes. */
  full: boolean;
}

export interface Resources {
  memory: { totalBytes: number; availableBytes: number };
  disks: DiskState[];
  /** File systems that hold dependencies' data and none of KingFisher's: the runbook frees no space there. */
  dependencyDisks: DiskState[];
  load1: number;
  /** Kernel out-of-memory kills in the last hour, from the kernel log; `absent` when it cannot be read. */
  oomKills: { evidence: Evidence; victims: string[] };
  observedAt: string;
}

export interface ConfigurationCheck {
  evidence: Evidence;
  valid: boolean;
  /** Output of the check, masked and cut to 1,000 characters. */
  output: string;
}

export interface FileCount {
  files: number;
  bytes: number;
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
