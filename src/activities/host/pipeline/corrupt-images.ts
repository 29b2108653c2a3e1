import path from 'node:path';
import { HostError } from '../../../host/errors';
import { decodeImages } from '../../../host/images/decode-images';
import { quarantineImage } from '../../../host/images/quarantine';
import type { Condemned } from '../../../host/images/quarantine';
import { findRecentImages } from '../../../host/images/recent-images';
import { sleep } from '../../../host/sleep';
import type { Change } from '../../../shared/observations/change';
import { IMAGES_TOLD } from '../../../shared/observations/images/corrupt-images';
import type { CorruptImages } from '../../../shared/observations/images/corrupt-images';
import type { Permitted } from '../../../shared/safety/permit';
import type { ChangeRun } from '../core/change';
import type { HostDeps } from '../core/deps';
import { createSerializer } from '../core/serialize';
import { asActivity } from '../core/run';

const WHY_CHARACTERS = 200;
/** All images of one look together. */
const DECODE_MS = 60_000;

export interface CorruptImageActivities {
  /** B.2: decodes what was last written within this time, in a process of KingFisher's user. */
  observeCorruptImages(input: { withinMs: number }): Promise<CorruptImages>;
  /**
   * B.2: none of them that cannot be decoded is in the folder of images: they are in the quarantine, from where people can put
   * them back. More than `quarantineLimit` fail with `UnsafeSelector`, and none is moved.
   */
  ensureImagesQuarantined(input: Permitted<{ withinMs: number }>): Promise<Change<CorruptImages>>;
}

/** `decoder`: the program that decodes, where a test has another. */
export function createCorruptImageActivities(deps: HostDeps, decoder?: string): CorruptImageActivities {
  const inTurn = createSerializer();
  return {
    observeCorruptImages: asActivity(deps.redact, async ({ signal }, { withinMs }) => {
      return told(await find(deps, { withinMs, decoder }, signal));
    }),
    ensureImagesQuarantined: deps.asChange(
      'ensureImagesQuarantined',
      async (run, input: Permitted<{ withinMs: number }>) => {
        const { withinMs, permit } = input;
        const asked = { withinMs, by: permit.holder, decoder };
        return await inTurn('images', async () => await quarantine(deps, asked, run));
      },
    ),
  };
}

interface Found {
  condemned: Condemned[];
  unknown: number;
  /** Decoded, or tried to be. */
  looked: string[];
  notLooked: number;
  /** Until all that are there are whole. */
  settledInMs: number;
}

interface Asked {
  withinMs: number;
  decoder: string | undefined;
}

/** Where none is corrupt but some may not be whole yet, it waits until they are: that it was none of them must be known. */
async function find(deps: HostDeps, asked: Asked, signal: AbortSignal): Promise<Found> {
  const found = await look(deps, asked, [], signal);
  if (found.condemned.length > 0 || found.settledInMs === 0) return found;
  await sleep(found.settledInMs, signal);
  const rest = await look(deps, asked, found.looked, signal);
  return { ...rest, unknown: found.unknown + rest.unknown, looked: [...found.looked, ...rest.looked] };
}

/** `known`: images that need no second look. */
async function look(
  { settings, run, redact }: HostDeps,
  { withinMs, decoder: program }: Asked,
  known: readonly string[],
  signal: AbortSignal,
): Promise<Found> {
  const { imagesDir, user, quarantineDir } = settings.kingfisher;
  const recent = await findRecentImages(settings.kingfisher, quarantineDir, withinMs, signal);
  const { left, young, settledInMs } = recent;
  const images = recent.images.map(({ image }) => image).filter((image) => !known.includes(image));
  const paths = images.map((image) => path.join(imagesDir, image));
  const how = { run, user, timeoutMs: DECODE_MS, signal, ...(program === undefined ? {} : { program }) };
  const decoded = paths.length === 0 ? [] : await decodeImages(paths, how);
  const condemned = decoded.flatMap(({ verdict, why, inode, mtimeMs, size }, index) => {
    if (verdict !== 'corrupt' || inode === undefined || mtimeMs === undefined || size === undefined) return [];
    return [{ image: images[index]!, inode, mtimeMs, size, why: redact(why, WHY_CHARACTERS) }];
  });
  return {
    condemned,
    unknown: decoded.filter(({ verdict }) => verdict === 'unknown').length,
    looked: images.slice(0, decoded.length),
    notLooked: left + young + images.length - decoded.length,
    settledInMs,
  };
}

async function quarantine(
  deps: HostDeps,
  { withinMs, by, decoder }: Asked & { by: string },
  { signal, mayStillChange }: ChangeRun,
): Promise<Change<CorruptImages>> {
  const { settings, redact } = deps;
  const { quarantineLimit } = settings.kingfisher;
  const found = await find(deps, { withinMs, decoder }, signal);
  const before = told(found);
  if (found.condemned.length > quarantineLimit) {
    const reason = `${found.condemned.length} images cannot be decoded, more than quarantineLimit (${quarantineLimit})`;
    throw new HostError('UnsafeSelector', `${reason}; none was moved: look at what writes them`);
  }
  const notes: string[] = [];
  const left: Condemned[] = [];
  for (const one of found.condemned) {
    signal.throwIfAborted();
    if (await quarantineImage(settings, one, { by, mayStillChange })) continue;
    notes.push(redact(`${one.image} is another file by now, left`, WHY_CHARACTERS));
    left.push(one);
  }
  const after = told({ ...found, condemned: left });
  return { before, after, changed: before.corrupt > after.corrupt, notes: notes.slice(0, IMAGES_TOLD) };
}

function told({ condemned, unknown, looked, notLooked }: Found): CorruptImages {
  return {
    looked: looked.length,
    corrupt: condemned.length,
    examples: condemned.slice(0, IMAGES_TOLD).map(({ image, why }) => ({ image, why })),
    unknown,
    partial: notLooked === 0 ? '' : `${notLooked} more ${notLooked === 1 ? 'was' : 'were'} not looked at`,
  };
}
