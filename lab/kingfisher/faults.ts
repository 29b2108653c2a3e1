/**
 * Faults that cannot be had from outside: what goes wrong within the service. Everything else is broken for real: processes,
 * units, disks, permissions, configuration, dependencies, events, clients, and OpenAI and Telegram at their stand-ins.
 */
import { readFileSync } from 'node:fs';

export interface Faults {
  /** Failures per second by step: `{"openai_analysis": 1}`. */
  pipelineFailures?: Record<string, number>;
  /** Violations per second by type: `{"rate_limit": 2}`. */
  securityViolations?: Record<string, number>;
  /** Each analysis takes that much longer. */
  analysisSeconds?: number;
  /** Each analysis needs that much time of each processor, and there are always some that wait for a worker. */
  analysisCpuSeconds?: number;
  /** Each analysis is held up that long by each file in `images/temp`. */
  diskMsPerTempFile?: number;
  /** Each analysis makes a statement that takes that long. */
  slowStatementSeconds?: number;
  /** Nobody asks Telegram any more, and no error says so. */
  telegramSilent?: boolean;
  /** The status of Telegram says "connected", whatever is. */
  telegramStatusLies?: boolean;
  /** One connection of the database pool is lost each second, until none is left. */
  leakConnections?: Lasting;
  /** The publisher hangs although RabbitMQ answers. */
  publisherStuck?: Lasting;
  /** Symbols that come each second, beside the usual: what fails with each analysis fails as often as on a busy site. */
  analysesPerSecond?: number;
  /** Events that each second of the work adds to the outbox. */
  eventsPerSecond?: number;
}

/** `true` ends when the service starts anew, `"always"` does not. */
export type Lasting = boolean | 'always';

const IN_MEMORY = ['publisherStuck', 'leakConnections'] as const satisfies (keyof Faults)[];

/**
 * The file with the faults, read each second, so that a test can switch them on and off. No file, or an unreadable one, is
 * no fault. What lives in the memory of a process ends with it: such a fault that was there before the start counts only
 * once it was taken out of the file and put back.
 */
export class FaultsFile {
  private readonly outlived: Set<string>;

  constructor(private readonly path: string) {
    const found = readFaults(path);
    this.outlived = new Set(IN_MEMORY.filter((name) => found[name] === true));
  }

  read(): Faults {
    const faults = readFaults(this.path);
    for (const name of IN_MEMORY) {
      if (faults[name] !== true) this.outlived.delete(name);
      else if (this.outlived.has(name)) delete faults[name];
    }
    return faults;
  }
}

function readFaults(path: string): Faults {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Faults;
  } catch {
    return {};
  }
}
