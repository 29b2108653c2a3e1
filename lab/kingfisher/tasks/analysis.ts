/** Analyses: symbols wait for one of `orchestrator.max_workers`, which asks plugins, OpenAI and the database. */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Faults } from '../faults';
import type { Limits } from '../limits';
import { log } from '../log';
import type { Metrics } from '../metrics';
import { DatabaseAway, type Database } from './database';
import type { Failures } from './failures';
import type { Images } from './images';
import { OpenaiFailure, type Openai } from './openai';
import type { Outbox } from './outbox';
import type { Plugins } from './plugins';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT', 'ADAUSDT'];
/** Of one analysis: it makes KingFisher ask as fast as it may for a moment. */
const QUESTIONS = 10;
const MOST_WAITING = 100;

/** What an analysis is made with. Null is what this service has not got. */
export interface Tools {
  dataDir: string;
  limits: Limits;
  metrics: Metrics;
  failures: Failures;
  images: Images;
  plugins: Plugins;
  database: Database | null;
  outbox: Outbox | null;
  openai: Openai | null;
}

export class Analyses {
  private waiting = 0;
  private running = 0;
  private made = 0;
  private isHeld = false;

  constructor(private readonly tools: Tools) {}

  arrive(): void {
    this.waiting = Math.min(this.waiting + 1, MOST_WAITING);
  }

  /** Gives work to the workers that have none. Never rejects. */
  begin(faults: Faults): void {
    const { maxWorkers, isPaused } = this.tools.limits;
    // While the database is away, one is enough to see when it is back.
    const workers = isPaused ? 0 : this.isHeld ? 1 : maxWorkers;
    while (this.waiting > 0 && this.running < workers) {
      this.waiting--;
      this.running++;
      void this.one(faults).finally(() => this.running--);
    }
    this.tools.metrics.backlog = this.waiting;
  }

  private async one(faults: Faults): Promise<void> {
    const symbol = SYMBOLS[this.made++ % SYMBOLS.length]!;
    const { metrics, outbox, database, failures } = this.tools;
    const started = performance.now();
    try {
      await database?.query('INSERT INTO kingfisher.analyses (symbol) VALUES ($1)', [symbol]);
      this.isHeld = false;
      await this.analyse(symbol, faults);
      await outbox?.add('analysis.completed', { symbol, at: new Date().toISOString() });
      metrics.analysis.observe((performance.now() - started) / 1_000);
    } catch (error) {
      if (error instanceof DatabaseAway) return this.hold(error);
      const reason = database?.isExhausted() ? 'pool_exhausted' : 'query';
      failures.count('database', reason, (error as Error).message, 'database');
    }
  }

  /** What cannot be kept is not begun: the symbol waits, and nothing has failed. */
  private hold(error: DatabaseAway): void {
    if (!this.isHeld) log('WARNING', 'database', `analyses wait for PostgreSQL: ${error.message}`);
    this.isHeld = true;
    this.arrive();
  }

  private async analyse(symbol: string, faults: Faults): Promise<void> {
    await this.tools.images.process();
    this.runPlugins(symbol);
    if (!this.tools.limits.fallbackMode) await this.askOpenai(symbol);
    await this.suffer(faults);
  }

  private runPlugins(symbol: string): void {
    const { plugins, failures } = this.tools;
    for (const name of plugins.names()) {
      try {
        plugins.run(name, symbol);
      } catch (error) {
        const [said] = (error as Error).message.split('\n');
        failures.count('plugin', 'error', `plugin ${name} error: ${said}`, 'plugin');
      }
    }
  }

  private async askOpenai(symbol: string): Promise<void> {
    const { openai, failures } = this.tools;
    if (openai === null) return;
    const asked = Array.from({ length: QUESTIONS }, async (_, index) => {
      try {
        await openai.ask(`cluster ${index + 1} of ${symbol}`);
      } catch (error) {
        if (!(error instanceof OpenaiFailure)) throw error;
        failures.count('openai_analysis', error.reason, error.message, 'openai');
      }
    });
    await Promise.all(asked);
  }

  /** What makes an analysis slow. */
  private async suffer(faults: Faults): Promise<void> {
    const { analysisSeconds, analysisCpuSeconds, slowStatementSeconds, diskMsPerTempFile } = faults;
    if (analysisSeconds) await sleep(analysisSeconds * 1_000);
    if (diskMsPerTempFile) await sleep(diskMsPerTempFile * this.temporaryFiles());
    if (analysisCpuSeconds) await burn(analysisCpuSeconds * availableParallelism());
    if (slowStatementSeconds) {
      await this.tools.database?.query(
        'SELECT count(*), pg_sleep($1::float8) FROM kingfisher.liquidation_clusters WHERE created_at < now()',
        [slowStatementSeconds],
      );
    }
  }

  private temporaryFiles(): number {
    try {
      return readdirSync(join(this.tools.dataDir, 'images', 'temp')).length;
    } catch {
      return 0;
    }
  }
}

/** Real work for the processors: it takes longer the more of it there is at a time. */
async function burn(seconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const worker = new Worker(join(__dirname, 'burn.js'), { workerData: seconds });
    worker.once('error', () => resolve());
    worker.once('exit', () => resolve());
  });
}
