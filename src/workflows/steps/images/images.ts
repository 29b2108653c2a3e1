import type { ImagesRequest, ImagesState } from '../../../shared/observations/images/images';
import { isStalled } from '../../../shared/observations/images/images';
import type { Verdict } from '../../../shared/observations/readings';
import type { SeriesState } from '../../../shared/observations/series';
import { roughDuration } from '../../../shared/text/durations';
import type { HostSteps, StepReport } from '../../runbook/host-steps';

/** Steps that look at the images that KingFisher downloaded. */

export function observeImages(cite: string, wanted: ImagesRequest, steps: HostSteps): Promise<ImagesState | undefined> {
  return steps.observe(
    { cite, title: 'Newest image' },
    (host) => host.observeImages(wanted),
    (images) => describeImages(images, wanted),
  );
}

/** What the alert is made of. */
export function observeCount(cite: string, windowMs: number, steps: HostSteps): Promise<SeriesState | undefined> {
  return steps.observe(
    { cite, title: 'Counter of downloaded images' },
    (host) => host.observeSeries({ metric: 'imagesDownloaded', kind: 'increase', by: [], windowMs }),
    (state) => (state.answer === 'ok' ? countLine(state) : { status: 'notSo', detail: countLine(state) }),
  );
}

/** `kingfisher_images_downloaded_total rose by 12 in 15 m` */
export function countLine({ name, answer, series, windowMs, detail }: SeriesState): string {
  if (answer !== 'ok') return `${name} is not known (${detail === '' ? answer : detail})`;
  const rise = Math.round(series.reduce((sum, { value }) => sum + value, 0));
  return rise === 0
    ? `${name} did not rise in ${roughDuration(windowMs)}`
    : `${name} rose by ${rise} in ${roughDuration(windowMs)}`;
}

/** A new image came, and is there for the window; or none is due. */
export async function verifyImages(
  cite: string,
  wanted: ImagesRequest,
  withinMs: number,
  steps: HostSteps,
): Promise<Verdict<ImagesState> | undefined> {
  const windowMs = steps.policy.stabilityWindowMs;
  const deadlineMs = withinMs + windowMs;
  const verdict = await steps.wait(
    { cite, title: 'Verify: images arrive' },
    deadlineMs,
    (host) => host.waitUntil({ reading: 'images', ...wanted, windowMs, deadlineMs }),
    ({ holds, waitedMs, last }): StepReport => {
      const detail = imageLine(last);
      if (holds) return { status: 'done', detail, condition: 'well' };
      return {
        status: 'notSo',
        detail: `none came, ${roughDuration(waitedMs)} later: ${detail}`,
        condition: 'notReady',
      };
    },
  );
  if (verdict?.holds === true) steps.seenWellAt = Date.now();
  return verdict;
}

export function describeImages(images: ImagesState, { stalledAfterMs }: ImagesRequest): StepReport {
  const detail = imageLine(images);
  return isStalled(images, stalledAfterMs)
    ? { status: 'notSo', detail, condition: 'notReady' }
    : { status: 'done', detail, condition: 'well' };
}

/** `2026/11/23/17.jpg, 35 s old; business hours have been open for 2 h` */
export function imageLine(images: ImagesState): string {
  const { newest, ageMs, openForMs, evidence, why, ahead } = images;
  const open = openForMs === null ? 'outside of business hours' : `business hours open for ${atMostADay(openForMs)}`;
  const future = ahead === 0 ? '' : `; ${ahead} dated in the future, which say nothing`;
  if (evidence !== 'present') return `${why}; ${open}`;
  if (newest === null || ageMs === null) return `none of these three days${future}; ${open}`;
  return `${newest}, ${roughDuration(ageMs)} old${future}; ${open}`;
}

function atMostADay(ms: number): string {
  return ms >= 86_400_000 ? 'a day or longer' : roughDuration(ms);
}
