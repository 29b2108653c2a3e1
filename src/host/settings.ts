/**
 * What an agent may touch on its host: its allow-list. Comes from the agent's own halcyon.yaml (`agent:`), never from a
 * workflow.
 */
export interface HostSettings {
  /** Name of this host; names its task queue. */
  host: string;
  kingfisher: KingfisherSettings;
  dependencies: DependencySettings;
  /** What a full recovery may touch besides; null where none may run on this host. */
  recovery?: RecoverySettings | null;
  /** Settings of KingFisher that a lease may change, by the names that leases use: `openai.max_qps`. */
  settings?: Record<string, SettingPlace>;
  /** The agent's own folder: the newest fencing token is kept there. */
  stateDir: string;
  /** While this file exists, nothing but an undo changes the host. */
  pauseFile: string;
  /** A file system with less than this counts as full. */
  diskFull: { availableBytes: number; usedPercent: number };
}

export interface KingfisherSettings {
  manager: SystemdManagerSettings | ProcessManagerSettings;
  /** `http://127.0.0.1:8201` */
  baseUrl: string;
  /** How it is asked; plain requests where absent. */
  probes?: KingfisherProbes;
  /** The service's system user. */
  user: string;
  installDir: string;
  dataDir: string;
  /** service.log; `journal` where the service logs to the journal of its unit, `none` where nobody can read it. */
  logFile: string;
  /** Folders under `dataDir` that hold only temporary files. */
  tempDirs: string[];
  /** Most files that one clean-up may remove. */
  tempFilesLimit: number;
  logrotate: { config: string; rotateAboveBytes: number } | null;
  /** KingFisher's own configuration check: exit 0 means valid. */
  configCheck: ConfigCheckSettings | null;
}

export interface KingfisherProbes {
  health: EndpointSettings;
  ready: EndpointSettings;
  metrics: AskedSettings;
}

/** How one endpoint is asked. */
export interface AskedSettings {
  /** Below baseUrl: `/health`. */
  path: string;
  timeoutMs: number;
  /** Secret values. */
  headers: Record<string, string>;
  /** Sent as a bearer token. */
  token: string | null;
  /** In its place: the file that holds it. */
  tokenFile: string | null;
}

/** One endpoint, and what it answers when it is well. */
export interface EndpointSettings extends AskedSettings {
  /** Those that mean well; null: every 2xx. */
  statuses: number[] | null;
  /** A field of its JSON body, and the value that means well. */
  field: { path: string[]; equals: string | number | boolean } | null;
}

export interface SystemdManagerSettings {
  type: 'systemd';
  unit: string;
}

/** The document's "or if running manually". */
export interface ProcessManagerSettings {
  type: 'process';
  /** Absolute program and its arguments. */
  command: string[];
  cwd: string;
  /** Runs as this user; the agent's own where absent. */
  user?: string;
  logFile: string;
  pidFile: string;
  env: Record<string, string>;
}

/** Section H of the document. */
export interface RecoverySettings {
  backup: {
    /** Holds one folder per backup; outside of everything that a recovery deletes. */
    root: string;
    /** The day's images are below this folder. */
    images: string;
    /** The path of a day's folder below it, such as `YYYY/MM/DD`; or `flat`: the time of writing tells the day. */
    layout: string;
    /** Newest complete ones to keep, whatever their age. */
    keepCount: number;
    keepForMs: number;
    /** Stays free on the backup's file system. */
    reserveBytes: number;
  };
  /** Owner and group of everything below dataDir. */
  owner: { user: string; group: string };
  /** Differences that H.3 may mend without being asked. */
  permissionsLimit: number;
  /** Those that it may mend when a person approved them. */
  permissionsApprovedLimit: number;
  /** Temporary folders and name patterns outside dataDir: `/tmp` and `kingfisher-`. */
  temporary: { folder: string; prefix: string }[];
  /** Redis database with the rate limits, and the start of their keys. */
  rateLimits: { database: number; prefix: string };
  /** Exchanges that RabbitMQ must have. */
  exchanges: string[];
}

/** Where folder and user are absent, those of the service. */
export interface ConfigCheckSettings {
  command: string[];
  cwd?: string | undefined;
  user?: string | undefined;
  timeoutMs: number;
}

export interface DependencySettings {
  postgres?: StoreSettings;
  redis?: StoreSettings;
  rabbitmq?: StoreSettings & { managementUrl?: string };
}

export interface StoreSettings {
  unit: string;
  url: string;
  /** Where its data is; the working folder of its process, or its package's folder, where absent. */
  dataDir?: string;
}

/** What may be written: numbers within bounds, texts of a list; with neither, true or false. */
export interface SettingLimits {
  min?: number | undefined;
  max?: number | undefined;
  oneOf?: string[] | undefined;
}

/** Where a setting lives, and what makes KingFisher take it: nothing, a reload where its unit has one, or a restart. */
export type SettingPlace = SettingLimits & { apply: 'none' | 'reload' | 'restart' } & (
    | { format: 'json' | 'yaml'; file: string; path: string[] }
    | { format: 'env'; file: string; variable: string }
    | ({ format: 'table' } & TableSettings)
  );

/** A row of a table in the database of `dependencies.postgres`. */
export interface TableSettings {
  table: string;
  columns: { key: string; value: string; etag: string };
  /** Which row. */
  key: string;
}
