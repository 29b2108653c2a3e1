/** What the service does all day, in small: it downloads images, analyses them and publishes events. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Environment } from '../configuration';
import { FaultsFile, type Faults } from '../faults';
import { log } from '../log';
import type { Metrics } from '../metrics';
import { Database } from './database';
import { Outbox } from './outbox';
import { EVENTS_EXCHANGE, Publisher } from './publisher';

const TICK_MS = 1_000;
const IMAGE_EVERY_TICKS = 20;
const ANALYSIS_EVERY_TICKS = 5;
const FORGET_EVERY_TICKS = 600;
const JPEG_START = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');

/** Works once a second until the process ends. Nothing here can end the process. */
export class Work {
  /** Null where the service has no PostgreSQL. */
  readonly outbox: Outbox | null = null;
  private readonly faults: FaultsFile;
  private readonly publisher: Publisher | null = null;
  private ticks = 0;

  constructor(
    private readonly environment: Environment,
    private readonly metrics: Metrics,
  ) {
    this.faults = new FaultsFile(environment.faultsFile);
    const { dependencies, urls } = environment;
    if (!dependencies.includes('postgres')) return;
    const database = new Database(urls.postgres);
    metrics.pool = () => database.use();
    this.outbox = new Outbox(database, EVENTS_EXCHANGE);
    if (dependencies.includes('rabbitmq')) this.publisher = new Publisher(urls.rabbitmq, this.outbox, metrics);
  }

  start(): void {
    setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  private tick(): void {
    const faults = this.faults.read();
    countFaults(faults, this.metrics);
    if (this.ticks % IMAGE_EVERY_TICKS === IMAGE_EVERY_TICKS - 1 && faults.telegramSilent !== true) this.downloadImage();
    if (this.ticks % ANALYSIS_EVERY_TICKS === ANALYSIS_EVERY_TICKS - 1) this.analyse(faults);
    void this.publish(faults);
    this.ticks++;
  }

  /** Also looks how many wait, whoever changed the table. */
  private async publish(faults: Faults): Promise<void> {
    const { outbox, metrics } = this;
    if (outbox === null) return;
    try {
      if (faults.eventsPerSecond) await outbox.add('analysis.completed', {}, faults.eventsPerSecond);
      metrics.outboxPending = await outbox.pending();
      if (this.ticks % FORGET_EVERY_TICKS === 0) await outbox.forgetOld();
    } catch {
      // PostgreSQL is away: what was seen last stays.
    }
    if (!faults.publisherStuck) await this.publisher?.round();
  }

  /** Really writes a file: a full disk or wrong permissions make a real pipeline failure. */
  private downloadImage(): void {
    const now = new Date();
    const folder = `${this.environment.dataDir}/images/${now.toISOString().slice(0, 10).replaceAll('-', '/')}`;
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/liquidation_${now.getTime()}.jpg`, Buffer.concat([JPEG_START, Buffer.alloc(20_460)]));
      this.metrics.imagesDownloaded.add(1);
    } catch (error) {
      this.metrics.pipelineFailures.add(1, 'image_download', 'io');
      log('ERROR', 'pipeline', `step image_download failed: ${(error as Error).message}`);
    }
  }

  private analyse(faults: Faults): void {
    this.metrics.analysis.observe(faults.analysisSeconds ?? 4 + Math.random() * 8);
    this.outbox?.add('analysis.completed', { at: new Date().toISOString() }).catch(() => undefined);
  }
}

function countFaults(faults: Faults, metrics: Metrics): void {
  for (const [step, count] of Object.entries(faults.pipelineFailures ?? {})) {
    metrics.pipelineFailures.add(count, step, 'injected');
    log('ERROR', 'pipeline', `step ${step} failed: 429 Too Many Requests`);
  }
  for (const [type, count] of Object.entries(faults.securityViolations ?? {})) {
    metrics.securityViolations.add(count, type);
  }
}
