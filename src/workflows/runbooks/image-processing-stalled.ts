import { ApplicationFailure } from '@temporalio/workflow';
import type { IncidentInput, IncidentResult, RunbookPolicy } from '../../shared/incident';
import { hoursInWords, isStalled } from '../../shared/observations/images/images';
import { imagesStanding } from '../../shared/observations/standing';
import { runIncident } from '../incident/run-incident';
import { followRunbook } from '../runbook/follow-runbook';
import type { Cause, Runbook } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { countLine, imageLine, observeCount, observeImages, verifyImages } from '../steps/images/images';
import { startAnew } from '../steps/kingfisher/service';
import { noteObstacles, observeObstacles } from '../steps/obstacles';
import { diagnose, downloaderStuck, notRunning } from './image-processing-stalled-diagnosis';
import type { Diagnosis, ImageLimits, Waited } from './image-processing-stalled-diagnosis';

/** E. Image processing stalled: no image has arrived from Telegram for a while, within business hours. */
export async function imageProcessingStalled(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(pageOf(limitsOf(input.policy))));
}

/** A look that nothing was done before: an image that is on its way. */
const LOOK_MS = 10_000;

/** What the page says, with these limits. */
export const pageOf = (limits: ImageLimits, waited: Waited = { until: null }): Runbook<Diagnosis> => ({
  page: 'E',
  title: 'Image processing stalled',
  watch: { subject: 'Image processing', reading: { reading: 'images', ...limits.wanted } },
  notDue: (_at, { images }) =>
    images?.openForMs === null ? `outside of business hours (${hoursInWords(limits.wanted.hours)})` : undefined,
  diagnose: (at) => diagnose(at, limits, waited),
  isWell: ({ images }) =>
    images !== undefined && images.openForMs !== null && !isStalled(images, limits.wanted.stalledAfterMs),
  standing: ({ images, service }) =>
    images === undefined ? undefined : imagesStanding(images, limits.wanted.stalledAfterMs, service),
  causes: [...OUTSIDE, ...withinKingfisher(limits)],
  verify: ({ steps }) => verifyImages('E', limits.wanted, LOOK_MS, steps),
  contradiction: (at) => whyAlertDiffers(at, limits),
  handOver: { cite: 'E.4', title: 'No image comes: for people' },
});

/** What is wrong outside of KingFisher's downloader: people mend it, or time does. */
const OUTSIDE: Cause<Diagnosis>[] = forPeople([
  {
    cite: 'E.diagnosis',
    title: 'The images cannot be seen: nobody knows whether any came',
    evidence: async ({ images }) => (images === undefined || images.evidence === 'present' ? undefined : images.why),
  },
  {
    cite: 'E.diagnosis',
    title: 'KingFisher itself does not run: page A mends that',
    evidence: async ({ service }) => (service === undefined ? undefined : notRunning(service)?.detail),
  },
  {
    cite: 'E.1',
    title: 'Telegram limits the bot for too long',
    evidence: async ({ limited, isLimitedTooLong }) => (isLimitedTooLong === true ? limited?.detail : undefined),
  },
  {
    cite: 'E.2',
    title: 'This host does not reach Telegram',
    evidence: async ({ faults }) => faults.way?.detail,
  },
  {
    cite: 'E.3',
    title: 'The bot is not set up as it must be',
    evidence: async ({ faults }) => faults.bot?.detail,
  },
  {
    cite: 'E.4',
    title: 'The bot has no access to the source channel',
    evidence: async ({ faults }) => faults.channel?.detail,
  },
]);

/** What is left when all outside of it is well. */
const withinKingfisher = (limits: ImageLimits): Cause<Diagnosis>[] => [
  {
    cite: 'E',
    title: 'The downloader of KingFisher is stuck',
    would: 'restart KingFisher',
    needs: 'restart',
    evidence: async (found, at) => {
      if (!isWellOutside(found)) return undefined;
      found.stuck = await downloaderStuck(found, at, limits);
      if (found.stuck === undefined) return undefined;
      at.incident.addFinding('DownloaderStuck', 'E', found.stuck);
      found.obstacles = noteObstacles(at.incident, 'E', await observeObstacles('E', at.steps));
      return found.obstacles.length === 0 ? found.stuck : undefined;
    },
    remedy: async ({ service }, { steps }) => {
      if (service !== undefined) await startAnew('E', service, false, steps);
    },
    verify: ({ steps }) => verifyImages('E', limits.wanted, limits.imageWithinMs, steps),
  },
  ...forPeople([
    {
      cite: 'E',
      title: 'A start of KingFisher cannot work: it is not restarted',
      evidence: async ({ obstacles }) => obstacles?.join('; ') || undefined,
    },
    {
      cite: 'E.4',
      title: 'The source channel is silent: nothing waits at Telegram for the bot',
      evidence: async (found, { incident }) => {
        const silence = isWellOutside(found) && found.stuck === undefined ? silenceOf(found) : undefined;
        if (silence !== undefined) incident.addFinding('ChannelSilent', 'E.4', silence);
        return silence;
      },
    },
    {
      cite: 'E.3',
      title: 'Nobody could ask Telegram about the bot',
      evidence: async (found) => (isWellOutside(found) && found.stuck === undefined ? unaskedOf(found) : undefined),
    },
  ]),
];

/** Causes without a remedy: the timeline has their words, for those who mend it. */
function forPeople(causes: Cause<Diagnosis>[]): Cause<Diagnosis>[] {
  return causes.map((cause) => ({
    ...cause,
    evidence: async (found, at) => {
      const evidence = await cause.evidence(found, at);
      if (evidence !== undefined) at.incident.note(cause.cite, cause.title, evidence);
      return evidence;
    },
  }));
}

/** Nothing outside of KingFisher explains it, as far as that could be seen. */
function isWellOutside({ stalled, images, service, limited, faults }: Diagnosis): boolean {
  if (!stalled || images?.evidence !== 'present' || service?.active !== 'active') return false;
  return limited === undefined && faults.way === undefined && faults.bot === undefined && faults.channel === undefined;
}

/** Undefined where nobody knows what waits at Telegram. */
function silenceOf({ bot }: Diagnosis): string | undefined {
  if (bot?.webhook?.pending !== 0) return undefined;
  const where = bot.channel === null ? 'its channel' : bot.channel.channel;
  return `${bot.name ?? 'the bot'} is in order and nothing waits for it: look whether ${where} posts at all`;
}

function unaskedOf({ bot }: Diagnosis): string | undefined {
  if (bot !== undefined && bot.webhook !== null) return undefined;
  const why = bot?.token === 'absent' ? 'no token of the bot is known' : 'its answer is not known';
  return `${why}: set tokenFile or token under agent.kingfisher.telegram, or look by hand`;
}

async function whyAlertDiffers({ steps }: Pick<Scene, 'steps'>, { wanted }: ImageLimits): Promise<string> {
  const [images, counted] = await Promise.all([
    observeImages('E.diagnosis', wanted, steps),
    observeCount('E.diagnosis', wanted.stalledAfterMs, steps),
  ]);
  const seen = images === undefined ? 'the newest image is not known' : `newest image ${imageLine(images)}`;
  const count = counted === undefined ? 'what is counted is not known' : countLine(counted);
  return `${seen}; ${count}: look at that counter, and at how it is scraped`;
}

function limitsOf({ limits = {}, businessHours }: RunbookPolicy): ImageLimits {
  const ms = (name: string) => {
    const limit = limits[`${name}Ms`];
    if (limit !== undefined) return limit;
    throw ApplicationFailure.nonRetryable(`no limit ${name} came with the incident`, 'NotConfigured');
  };
  if (businessHours === undefined) {
    throw ApplicationFailure.nonRetryable('no business hours came with the incident', 'NotConfigured');
  }
  return {
    wanted: { stalledAfterMs: ms('stalledAfter'), hours: businessHours },
    backOffMs: ms('backOff'),
    longestBackOffMs: ms('longestBackOff'),
    fetchedWithinMs: ms('fetchedWithin'),
    imageWithinMs: ms('imageWithin'),
  };
}
