/** The two limits that the runbooks change: one is taken again while the service runs, the other at its start only. */
import { watchFile } from 'node:fs';
import { readConfiguration, type Configuration } from './configuration';
import { log } from './log';

const LOOK_EVERY_MS = 200;

export class Limits {
  maxQps: number;
  readonly maxWorkers: number;

  constructor(
    private readonly configFile: string,
    { openai, orchestrator }: Configuration,
  ) {
    this.maxQps = openai.max_qps;
    this.maxWorkers = orchestrator.max_workers;
  }

  /** Follows the file from now on. What cannot be used changes nothing. */
  watch(): void {
    watchFile(this.configFile, { interval: LOOK_EVERY_MS }, () => this.takeAgain());
  }

  private takeAgain(): void {
    try {
      const { max_qps: maxQps } = readConfiguration(this.configFile).openai;
      if (maxQps !== this.maxQps) log('INFO', 'main', `openai.max_qps=${maxQps}, was ${this.maxQps}`);
      this.maxQps = maxQps;
    } catch (error) {
      log('ERROR', 'main', `configuration not taken: ${(error as Error).message}`);
    }
  }
}
