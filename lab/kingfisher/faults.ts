/**
 * Faults that a test cannot make for real because OpenAI, Telegram and their traffic are not here. Everything else is
 * broken for real: processes, units, disks, permissions, configuration, dependencies, unauthorized requests.
 */
import { readFileSync } from 'node:fs';

export interface Faults {
  /** Failures per second by step: `{"openai_analysis": 1}`. */
  pipelineFailures?: Record<string, number>;
  /** Violations per second by type: `{"rate_limit": 2}`. */
  securityViolations?: Record<string, number>;
  /** How long an analysis takes; else 4 to 12 seconds. */
  analysisSeconds?: number;
  /** Telegram sends nothing. */
  telegramSilent?: boolean;
  /** The publisher hangs although RabbitMQ answers. */
  publisherStuck?: boolean;
}

/** Read each second, so that a test can switch a fault on and off. No file, or an unreadable one, is no fault. */
export function readFaults(path: string): Faults {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Faults;
  } catch {
    return {};
  }
}
