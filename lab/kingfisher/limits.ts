/** The settings that the runbooks change: most are taken again while the service runs, one at its start only. */
import { watchFile } from 'node:fs';
import { readConfiguration, type Configuration } from './configuration';
import { log } from './log';

const LOOK_EVERY_MS = 200;

type Taken = 'maxQps' | 'fallbackMode' | 'isPaused' | 'requestsPerMinute';

export class Limits {
  maxQps: number;
  /** Analyses are made without OpenAI. */
  fallbackMode: boolean;
  /** No analysis is begun: what comes waits. */
  isPaused: boolean;
  /** Of one client; null where nothing limits it. */
  requestsPerMinute: number | null;
  readonly maxWorkers: number;

  constructor(
    private readonly configFile: string,
    readonly started: Configuration,
  ) {
    this.maxQps = started.openai.max_qps;
    this.fallbackMode = started.orchestrator.fallback_mode === true;
    this.isPaused = started.automation?.paused === true;
    this.requestsPerMinute = started.rate_limits?.requests_per_minute ?? null;
    this.maxWorkers = started.orchestrator.max_workers;
  }

  /** Follows the file from now on. What cannot be used changes nothing. */
  watch(): void {
    watchFile(this.configFile, { interval: LOOK_EVERY_MS }, () => this.takeAgain());
  }

  private takeAgain(): void {
    try {
      const { openai, orchestrator, automation, rate_limits: rates } = readConfiguration(this.configFile);
      this.take('maxQps', 'openai.max_qps', openai.max_qps);
      this.take('fallbackMode', 'orchestrator.fallback_mode', orchestrator.fallback_mode === true);
      this.take('isPaused', 'automation.paused', automation?.paused === true);
      this.take('requestsPerMinute', 'rate_limits.requests_per_minute', rates?.requests_per_minute ?? null);
    } catch (error) {
      log('ERROR', 'main', `configuration not taken: ${(error as Error).message}`);
    }
  }

  private take<K extends Taken>(key: K, name: string, value: this[K]): void {
    if (value !== this[key]) log('INFO', 'main', `${name}=${value}, was ${this[key]}`);
    this[key] = value;
  }
}
