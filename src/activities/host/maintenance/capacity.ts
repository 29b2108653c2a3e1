import path from 'node:path';
import { readDatabaseSize } from '../../../host/capacity/database';
import { readImageStock } from '../../../host/capacity/images';
import { noTrend, trendBy } from '../../../host/capacity/trend';
import { readDisks } from '../../../host/resources';
import { HostError } from '../../../host/errors';
import { findDataFolder } from '../../../host/files/data-folder';
import { notConfigured } from '../../../host/services/service-managers';
import { readBrokerOverview, readQueues } from '../../../host/stores/inspect/broker-overview';
import type { CapacityPart, CapacityReading, CapacityState } from '../../../shared/observations/reviews/capacity';
import { FLAT } from '../../../shared/observations/images/image-layout';
import { size } from '../../../shared/text/sizes';
import { findDataFolders } from '../core/data-folders';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

const NAME_CHARACTERS = 200;
const QUEUES_TOLD = 5;
const DAY_MS = 86_400_000;
const USUAL_LAYOUT = 'YYYY/MM/DD';

export interface CapacityActivities {
  /** G.8: one part of what may run full: what is used, what there is, and how it grew. */
  observeCapacity(input: { part: CapacityPart }): Promise<CapacityState>;
}

type Found = Omit<CapacityState, 'fullWithinMs'>;

/** G.8: disks, database, images and queues. Nothing is changed. */
export function createCapacityActivities(deps: HostDeps): CapacityActivities {
  const { redact, settings } = deps;
  const parts: Record<CapacityPart, (signal: AbortSignal) => Promise<Found>> = {
    disks: (signal) => disks(deps, signal),
    database: (signal) => database(deps, signal),
    images: (signal) => images(deps, signal),
    queues: (signal) => queues(deps, signal),
  };
  return {
    observeCapacity: asActivity(redact, async ({ signal }, { part }) => {
      if (!Object.hasOwn(parts, part)) throw new HostError('NotConfigured', `this agent knows no capacity ${part}`);
      const { readings, notes } = await parts[part](signal);
      const { fullWithinMs } = settings.maintenance.capacity;
      return { readings, notes: notes.map((note) => redact(note, NAME_CHARACTERS)), fullWithinMs };
    }),
  };
}

/** The file systems of KingFisher, of its stores and of the system, each once. */
async function disks(deps: HostDeps, signal: AbortSignal): Promise<Found> {
  const { settings, redact } = deps;
  const { dataDir, imagesDir, logFile } = settings.kingfisher;
  const own = [dataDir, imagesDir, ...(path.isAbsolute(logFile) ? [path.dirname(logFile)] : []), '/tmp', '/'];
  const backups = settings.backup === null ? [] : [settings.backup.root];
  const found = await readDisks([...own, ...backups, ...(await findDataFolders(deps, signal))], settings.diskFull);
  const { overMs, trends } = settings.maintenance.capacity;
  const readings: CapacityReading[] = [];
  for (const { path: at, mount, totalBytes, availableBytes, inodesUsedPercent } of found) {
    const name = mount === '' ? at : mount;
    const asked = { query: trends.disks[name], key: `disks["${name}"]`, overMs };
    const trend = await trendBy(settings.prometheus, asked, { redact, signal });
    readings.push({ name: `disk ${name}`, unit: 'B', now: totalBytes - availableBytes, limit: totalBytes, trend });
    const noInodes = noTrend('not followed over time');
    readings.push({ name: `inodes of ${name}`, unit: '%', now: inodesUsedPercent, limit: 100, trend: noInodes });
  }
  return { readings, notes: [] };
}

async function database({ settings, redact, findManager }: HostDeps, signal: AbortSignal): Promise<Found> {
  const { postgres } = settings.dependencies;
  if (postgres === undefined) throw notConfigured('dependencies.postgres');
  const { name, bytes, tables } = await readDatabaseSize(postgres.url, signal);
  const { overMs, trends } = settings.maintenance.capacity;
  const asked = { query: trends.database, key: 'database', overMs };
  const trend = await trendBy(settings.prometheus, asked, { redact, signal });
  const unit = await findManager('postgres')
    .observe(signal)
    .catch(() => null);
  const folder = await findDataFolder('postgres', postgres.dataDir, unit?.mainPid ?? null);
  const limit = unit === null ? null : await roomFor(bytes, folder, settings);
  const reading: CapacityReading = {
    name: `database ${redact(name, NAME_CHARACTERS)}`,
    unit: 'B',
    now: bytes,
    limit,
    trend,
  };
  return { readings: [reading], notes: tables.map((table) => `table ${table.name}: ${size(table.bytes)}`) };
}

/** Without a removal they grow until their disk is full; with one, as much stays as it leaves. */
async function images({ settings }: HostDeps, signal: AbortSignal): Promise<Found> {
  const { imagesDir, tempDirs, quarantineDir } = settings.kingfisher;
  const { backup, maintenance } = settings;
  const layout = backup?.layout ?? USUAL_LAYOUT;
  const leftOut = [...tempDirs, quarantineDir, ...(backup === null ? [] : [backup.root])];
  const stock = await readImageStock({ imagesDir, layout, leftOut, signal });
  if (stock === undefined) throw new HostError('ObservationFailed', `${imagesDir} does not exist`);
  const { files, bytes, points } = stock;
  const kept = maintenance.images;
  const limit = kept === null ? await roomFor(bytes, imagesDir, settings) : null;
  const why = points.length === 0 ? 'no whole day was seen' : '';
  const trend = { points, source: why === '' ? ('folders' as const) : ('none' as const), why };
  const by = layout === FLAT ? 'by when they were written' : 'by the folders of their days';
  const removed = kept === null ? 'none is removed' : `removed after ${Math.round(kept.olderThanMs / DAY_MS)} days`;
  const notes = [`images: ${files}, ${size(bytes)}, of ${points.length} whole days ${by}; ${removed}`];
  return { readings: [{ name: `images in ${imagesDir}`, unit: 'B', now: bytes, limit, trend }], notes };
}

async function queues({ settings, redact }: HostDeps, signal: AbortSignal): Promise<Found> {
  const url = settings.dependencies.rabbitmq?.managementUrl;
  if (url === undefined) throw notConfigured('dependencies.rabbitmq.managementUrl');
  const { ready, unacknowledged } = await readBrokerOverview(url, { redact, signal });
  if (ready === null && unacknowledged === null) {
    throw new HostError('ObservationFailed', "RabbitMQ's management does not say how many messages there are");
  }
  const { queues: all } = await readQueues(url, { redact, signal });
  const { overMs, trends, queueMessages: limit } = settings.maintenance.capacity;
  const trend = await trendBy(settings.prometheus, { query: trends.queues, key: 'queues', overMs }, { redact, signal });
  const notes = all
    .slice(0, QUEUES_TOLD)
    .map((queue) => `queue ${queue.name}: ${(queue.ready ?? 0) + (queue.unacknowledged ?? 0)} messages`);
  const now = (ready ?? 0) + (unacknowledged ?? 0);
  return { readings: [{ name: 'messages in queues', unit: '', now, limit, trend }], notes };
}

/** What something in this folder can grow to at the most; null where that is not known. */
async function roomFor(bytes: number, folder: string, { diskFull }: HostDeps['settings']): Promise<number | null> {
  const [disk] = await readDisks([folder], diskFull);
  return disk === undefined ? null : bytes + disk.availableBytes;
}
