/** `redis-cli info`, what of it people ask for. Null where Redis does not say. */
export interface RedisOverview {
  version: string;
  role: string;
  uptimeS: number | null;
  clients: number | null;
  blockedClients: number | null;
  usedBytes: number | null;
  /** 0: without a limit. */
  limitBytes: number | null;
  policy: string;
  evictedKeys: number | null;
  rejectedConnections: number | null;
  commandsPerSecond: number | null;
  /** Percent of the reads that found their key since the start. */
  hitPercent: number | null;
  /** `ok`, or how the last save to the disk ended. */
  lastSave: string;
  /** Of those that hold a key. */
  databases: { database: number; keys: number; expiring: number }[];
}

/** `redis-cli keys`, by SCAN. */
export interface RedisKeys {
  /** How the keys begin. */
  prefix: string;
  databases: KeyCount[];
  /** Keys by their first parts, `kingfisher:cache:…`, the most first; at most 20. */
  groups: { group: string; keys: number }[];
  /** Some of them, by name, masked and cut; at most 50. */
  names: string[];
}

export interface KeyCount {
  database: number;
  found: number;
  /** Of all keys that it has. */
  keys: number;
  /** False where the scan ended at its bound, and there may be more. */
  isWhole: boolean;
}
