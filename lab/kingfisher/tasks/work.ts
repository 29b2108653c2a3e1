/** What the service does all day, in small: it downloads images, analyses them and publishes events. */
import { join } from 'node:path';
import type { Environment } from '../configuration';
import { FaultsFile, type Faults } from '../faults';
import type { Limits } from '../limits';
import { log } from '../log';
import type { Metrics } from '../metrics';
import { Analyses } from './analysis';
import { Database } from './database';
import { Failures } from './failures';
import { jpeg } from './image';
import { Images } from './images';
import { Openai } from './openai';
import { Outbox } from './outbox';
import { Plugins } from './plugins';
import { EVENTS_EXCHANGE, Publisher } from './publisher';
import { Downloader, type TelegramStatus } from './telegram';

const TICK_MS = 1_000;
const IMAGE_EVERY_TICKS = 20;
const IMAGE_BYTES = 20_480;
const ANALYSIS_EVERY_TICKS = 5;
const FORGET_EVERY_TICKS = 600;

/** Works once a second until the process ends. Nothing here can end the process. */
export class Work {
  /** Null where the service has no PostgreSQL. */
  readonly outbox: Outbox | null = null;
  readonly plugins = new Plugins(join(__dirname, '..', 'plugins'));
  private readonly database: Database | null = null;
  private readonly publisher: Publisher | null = null;
  private readonly downloader: Downloader | null = null;
  private readonly analyses: Analyses;
  private readonly images: Images;
  private readonly faultsFile: FaultsFile;
  private faults: Faults = {};
  private ticks = 0;
  private isLooking = false;

  constructor(
    environment: Environment,
    limits: Limits,
    private readonly metrics: Metrics,
  ) {
    const { dataDir, dependencies, urls, openaiKey, telegramToken: token } = environment;
    const { openai: openaiSettings, telegram } = limits.started;
    this.faultsFile = new FaultsFile(environment.faultsFile);
    const failures = new Failures(metrics);
    this.images = new Images(dataDir, metrics, failures);
    if (telegram !== undefined) {
      this.downloader = new Downloader({ baseUrl: telegram.base_url, token }, this.images, metrics, failures);
    }
    if (dependencies.includes('postgres')) {
      this.database = new Database(urls.postgres);
      this.outbox = new Outbox(this.database, EVENTS_EXCHANGE);
      if (dependencies.includes('rabbitmq')) this.publisher = new Publisher(urls.rabbitmq, this.outbox, metrics);
    }
    const baseUrl = openaiSettings.base_url;
    const openai = baseUrl === undefined ? null : new Openai(baseUrl, openaiKey, limits);
    const { database, outbox, images, plugins } = this;
    this.analyses = new Analyses({ dataDir, limits, metrics, failures, images, plugins, database, outbox, openai });
  }

  start(): void {
    const { database, metrics } = this;
    if (database !== null) metrics.pool = () => database.use();
    setInterval(() => this.tick(), TICK_MS);
    this.tick();
    void this.downloader?.run(() => this.faults.telegramSilent === true);
  }

  /** Null where no channel is configured. A status that lies says that all is well. */
  telegram(): TelegramStatus | null {
    const status = this.downloader?.status() ?? null;
    if (status === null || this.faults.telegramStatusLies !== true) return status;
    return { ...status, bot: 'connected', rate_limited: false, last_error: null };
  }

  private tick(): void {
    this.faults = this.faultsFile.read();
    const { faults, ticks, database } = this;
    countFaults(faults, this.metrics);
    if (faults.leakConnections) void database?.leak();
    if (this.downloader === null && faults.telegramSilent !== true && isTime(ticks, IMAGE_EVERY_TICKS)) {
      this.images.save(jpeg(IMAGE_BYTES));
    }
    // Hard work that comes faster than it can be done.
    if (isTime(ticks, ANALYSIS_EVERY_TICKS) || faults.analysisCpuSeconds) this.analyses.arrive();
    for (let more = faults.analysesPerSecond ?? 0; more > 0; more--) this.analyses.arrive();
    this.analyses.begin(faults);
    void this.look(faults);
    if (!faults.publisherStuck) void this.publisher?.round();
    this.ticks++;
  }

  /** How many wait, whoever changed the table. */
  private async look(faults: Faults): Promise<void> {
    const { outbox, metrics } = this;
    if (outbox === null || this.isLooking) return;
    this.isLooking = true;
    try {
      if (faults.eventsPerSecond) await outbox.add('analysis.completed', {}, faults.eventsPerSecond);
      metrics.outboxPending = await outbox.pending();
      if (isTime(this.ticks, FORGET_EVERY_TICKS)) await outbox.forgetOld();
    } catch {
      // PostgreSQL is away: what was seen last stays.
    } finally {
      this.isLooking = false;
    }
  }
}

function isTime(ticks: number, every: number): boolean {
  return ticks % every === every - 1;
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
