import { imagesNotFound } from '../../../host/backup/look-elsewhere';
import { HostError } from '../../../host/errors';
import { openFor } from '../../../host/images/business-hours';
import { findNewestImage } from '../../../host/images/newest-image';
import type { NewestImage } from '../../../host/images/newest-image';
import type { AgentSettings } from '../../../host/agent-settings';
import type { ImagesRequest, ImagesState } from '../../../shared/observations/images/images';
import { isStalled } from '../../../shared/observations/images/images';
import type { ServiceState } from '../../../shared/observations/service';
import { imagesStanding } from '../../../shared/observations/standing';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import type { Pace, Reading } from '../watch/reading';

/** From one look to the next: each reads the folders of three days. */
const EVERY_MS: Record<Pace, number> = { quick: 2_000, calm: 15_000 };
/** As `agent.backup.layout` where the host has no backups. */
const DEFAULT_LAYOUT = 'YYYY/MM/DD';
const WHY_CHARACTERS = 300;

export interface ImageActivities {
  /** E.diagnosis: `ls data/images/YYYY/MM/DD | head`: the newest image. Never throws for "there is none". */
  observeImages(input: ImagesRequest): Promise<ImagesState>;
}

/** E.diagnosis: the images that KingFisher downloaded. */
export function createImageActivities(deps: HostDeps): ImageActivities {
  const { redact, settings } = deps;
  return {
    observeImages: asActivity(redact, async ({ signal }, wanted) => {
      const state = await lookAtImages(deps, wanted, signal);
      if (state.newest !== null || state.evidence !== 'present') return state;
      // Only here, and not in each look of a watch: it reads all that lies in the folder of images.
      const why = await imagesNotFound(placeOf(settings), state.observedAt.slice(0, 10), signal);
      return why === undefined ? state : { ...state, evidence: 'malformed', why: redact(why, WHY_CHARACTERS) };
    }),
  };
}

/** A new image, or business hours that have not been open for long enough to miss one. */
export function imagesReading(
  deps: HostDeps,
  wanted: ImagesRequest,
  pace: Pace,
  signal: AbortSignal,
): Reading<ImagesState> {
  return {
    everyMs: { well: EVERY_MS[pace], notWell: EVERY_MS[pace] },
    look: async () => {
      const images = await lookAtImages(deps, wanted, signal);
      // A service that is started anew is worth another look at what keeps the images away.
      const isMissing = isStalled(images, wanted.stalledAfterMs);
      const service = isMissing ? await serviceOf(deps, signal) : undefined;
      const standing = imagesStanding(images, wanted.stalledAfterMs, service);
      return { standing, observedAt: images.observedAt, tell: () => images };
    },
  };
}

/** Undefined where its manager does not say. */
async function serviceOf({ findManager }: HostDeps, signal: AbortSignal): Promise<ServiceState | undefined> {
  return await findManager('kingfisher')
    .observe(signal)
    .catch(() => undefined);
}

async function lookAtImages(
  { settings, redact }: HostDeps,
  { hours }: ImagesRequest,
  signal: AbortSignal,
): Promise<ImagesState> {
  const now = Date.now();
  const when = { openForMs: openFor(hours, now), observedAt: new Date(now).toISOString() };
  const nothing = { newest: null, newestAt: null, ageMs: null, seen: 0, ahead: 0 };
  try {
    const found = await findNewestImage(placeOf(settings), now, signal);
    if (found.isThere) return { evidence: 'present', why: '', ...inWords(found, now), ...when };
    const why = `the folder of images ${placeOf(settings).images} does not exist`;
    return { evidence: 'absent', why, ...nothing, ...when };
  } catch (err) {
    if (!(err instanceof HostError)) throw err;
    return { evidence: 'malformed', why: redact(err.message, WHY_CHARACTERS), ...nothing, ...when };
  }

  function inWords({ newest, seen, ahead }: NewestImage, at: number) {
    const known = newest === null ? null : { at: new Date(newest.at).toISOString(), age: Math.max(0, at - newest.at) };
    return {
      newest: newest === null ? null : redact(newest.place, WHY_CHARACTERS),
      newestAt: known?.at ?? null,
      ageMs: known === null ? null : Math.round(known.age),
      seen,
      ahead,
    };
  }
}

function placeOf({ kingfisher, backup }: AgentSettings) {
  return {
    images: kingfisher.imagesDir,
    layout: backup?.layout ?? DEFAULT_LAYOUT,
    notImages: kingfisher.tempDirs,
  };
}
