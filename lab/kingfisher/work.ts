/** What the service does all day, in small: it downloads images, analyses them and publishes events. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { declareTopicExchange, openChannel, publish } from './amqp';
import type { Environment } from './configuration';
import { readFaults, type Faults } from './faults';
import { log } from './log';
import type { Metrics } from './metrics';
import { converse } from './socket';

export const EVENTS_EXCHANGE = 'kingfisher.events';

const TICK_MS = 1_000;
const IMAGE_EVERY_TICKS = 20;
const ANALYSIS_EVERY_TICKS = 5;
const PUBLISH_BATCH = 100;
const PUBLISH_TIMEOUT_MS = 3_000;
const JPEG_START = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');

/** Works once a second until the process ends. Nothing here can end the process. */
export function startWork(environment: Environment, metrics: Metrics): void {
  let tick = 0;
  const publisher = createPublisher(environment, metrics);
  setInterval(() => {
    tick++;
    const faults = readFaults(environment.faultsFile);
    countFaults(faults, metrics);
    if (tick % IMAGE_EVERY_TICKS === 0 && faults.telegramSilent !== true) downloadImage(environment.dataDir, metrics);
    if (tick % ANALYSIS_EVERY_TICKS === 0) analyse(faults, metrics);
    if (environment.dependencies.includes('rabbitmq')) publisher(faults);
  }, TICK_MS);
  if (environment.dependencies.includes('rabbitmq')) publisher({});
}

function countFaults(faults: Faults, metrics: Metrics): void {
  for (const [step, count] of Object.entries(faults.pipelineFailures ?? {})) {
    metrics.pipelineFailures.add(count, step);
    log('ERROR', 'pipeline', `step ${step} failed: 429 Too Many Requests`);
  }
  for (const [type, count] of Object.entries(faults.securityViolations ?? {})) {
    metrics.securityViolations.add(count, type);
  }
}

/** Really writes a file: a full disk or wrong permissions make a real pipeline failure. */
function downloadImage(dataDir: string, metrics: Metrics): void {
  const now = new Date();
  const folder = `${dataDir}/images/${now.toISOString().slice(0, 10).replaceAll('-', '/')}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/liquidation_${now.getTime()}.jpg`, Buffer.concat([JPEG_START, Buffer.alloc(20_460)]));
    metrics.imagesDownloaded.add(1);
  } catch (error) {
    metrics.pipelineFailures.add(1, 'image_download');
    log('ERROR', 'pipeline', `step image_download failed: ${(error as Error).message}`);
  }
}

function analyse(faults: Faults, metrics: Metrics): void {
  metrics.analysis.observe(faults.analysisSeconds ?? 4 + Math.random() * 8);
  metrics.outboxPending++;
}

/**
 * Declares the exchange at the first answer of RabbitMQ and publishes what waits. Tried again at every tick; one
 * attempt at a time.
 */
function createPublisher(environment: Environment, metrics: Metrics): (faults: Faults) => void {
  let declared = false;
  let busy = false;
  let reported = '';
  const attempt = async (): Promise<void> => {
    await publishPending(environment.urls.rabbitmq, metrics);
    if (!declared) log('INFO', 'outbox', `publisher ready, exchange ${EVENTS_EXCHANGE} declared`);
    declared = true;
    reported = '';
  };
  const report = (error: Error): void => {
    // Once per reason: a broker that is down for an hour shall not fill the log.
    if (error.message !== reported) log('ERROR', 'outbox', `outbox publisher: ${error.message}`);
    reported = error.message;
  };
  return (faults) => {
    if (busy || faults.publisherStuck === true || (declared && metrics.outboxPending === 0)) return;
    busy = true;
    void attempt()
      .catch(report)
      .finally(() => (busy = false));
  };
}

/** Opens a connection, publishes at most one batch, and takes it off the outbox only when the broker has it. */
async function publishPending(url: URL, metrics: Metrics): Promise<void> {
  await converse(url, PUBLISH_TIMEOUT_MS, async (conversation) => {
    await openChannel(conversation, url);
    await declareTopicExchange(conversation, EVENTS_EXCHANGE);
    const count = Math.min(metrics.outboxPending, PUBLISH_BATCH);
    for (let index = 0; index < count; index++) {
      publish(conversation, EVENTS_EXCHANGE, 'analysis.completed', JSON.stringify({ at: new Date().toISOString() }));
    }
    // Answered after everything before it on the channel was taken.
    await declareTopicExchange(conversation, EVENTS_EXCHANGE);
    metrics.outboxPending -= count;
    metrics.outboxPublished.add(count);
  });
}
