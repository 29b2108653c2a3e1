import { z } from 'zod';
import type { RunbookPolicy } from '../../shared/incident';
import type { BusinessHours } from '../../shared/observations/images/images';
import { RUNBOOK_NAMES } from '../../shared/runbooks';
import { MODES } from '../../shared/safety/safety';
import type { Mode } from '../../shared/safety/safety';
import { isMapping } from '../load/values';
import { businessHours } from './images/business-hours';
import { duration, section, wholeNumber } from './nouns';

/** The runbooks that an alert can start. */
export const runbookName = z.enum(RUNBOOK_NAMES, {
  error: `expected a known runbook (${RUNBOOK_NAMES.join(', ')})`,
});

/** Defaults that differ from runbook to runbook. */
interface Defaults {
  dependencyReadyWithin: string;
  tempFilesOlderThan: string;
  healthyWithin?: string;
}

/** What is too much or too long on one page: its own keys. */
interface Limits {
  amounts?: Record<string, z.ZodType<number>>;
  times?: Record<string, z.ZodType<number>>;
}

const limitsOf = ({ amounts = {}, times = {} }: Limits) =>
  section({ ...amounts, ...times })
    .transform((limits) => {
      const entries = Object.entries(limits as Record<string, number>);
      return Object.fromEntries(entries.map(([key, value]) => [Object.hasOwn(times, key) ? `${key}Ms` : key, value]));
    })
    .prefault({});

/** `runbooks.<name>:` how one runbook waits. Each duration is `<its key>Ms` in what comes out. */
const policy = (defaults: Defaults, limits?: Limits, own: { businessHours?: typeof businessHours } = {}) =>
  section({
    mode: z.enum(MODES, { error: `expected one of ${MODES.join(', ')}` }).default('auto'),
    startsPerHour: wholeNumber(1, 100_000).default(6),
    stabilityWindow: duration({ min: '0s' }).prefault('5s'),
    healthyWithin: duration().prefault(defaults.healthyWithin ?? '30s'),
    dependencyReadyWithin: duration().prefault(defaults.dependencyReadyWithin),
    agentWithin: duration().prefault('6s'),
    giveUpAfter: duration().prefault('10m'),
    agreeWithin: duration().prefault('15m'),
    steadyFor: duration({ min: '0s' }).prefault('5m'),
    tempFilesOlderThan: duration().prefault(defaults.tempFilesOlderThan),
    ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
    ...(own.businessHours === undefined ? {} : { businessHours: own.businessHours.prefault({}) }),
  })
    .superRefine(
      ({ stabilityWindow, healthyWithin }, context) => {
        if (typeof stabilityWindow !== 'number' || typeof healthyWithin !== 'number') return;
        if (stabilityWindow < healthyWithin) return;
        context.addIssue({ code: 'custom', path: ['stabilityWindow'], message: 'must be shorter than healthyWithin' });
      },
      { when: ({ value }) => isMapping(value) },
    )
    .transform(({ mode, startsPerHour, limits, businessHours: hours, ...times }): RunbookPolicy & { mode: Mode } => ({
      mode,
      startsPerHour,
      ...(limits === undefined ? {} : { limits: limits as Record<string, number> }),
      ...(hours === undefined ? {} : { businessHours: hours as BusinessHours }),
      ...inMs(times),
    }));

/** Page D: how slow is too slow, what counts as busy, and what is leased then. */
const latencyLimits: Limits = {
  amounts: {
    cpuPercent: wholeNumber(1, 100).default(90),
    iowaitPercent: wholeNumber(1, 100).default(20),
    diskBusyPercent: wholeNumber(1, 100).default(90),
    maxWorkers: wholeNumber(1, 10_000).default(4),
  },
  times: {
    latencyP95: duration({ max: '1h' }).prefault('30s'),
    latencyOver: duration({ min: '10s', max: '10m' }).prefault('1m'),
    fallsWithin: duration({ max: '30m' }).prefault('5m'),
    loadOver: duration({ min: '1s', max: '10s' }).prefault('3s'),
    openaiFirstByte: duration({ max: '6s' }).prefault('3s'),
    blockedFor: duration({ max: '1h' }).prefault('5s'),
    idleFor: duration({ max: '1d' }).prefault('1m'),
    runningFor: duration({ max: '1d' }).prefault('5s'),
    reduceFor: duration({ max: '7d' }).prefault('2h'),
    fallbackFor: duration({ max: '7d' }).prefault('1h'),
  },
};

/** Page F: how many events are too many, and how long the publisher may take. */
const outboxLimits: Limits = {
  amounts: { pendingAbove: wholeNumber(0, 10_000_000).default(100) },
  times: {
    lookAgainAfter: duration({ max: '1m' }).prefault('5s'),
    stuckFor: duration({ max: '10m' }).prefault('30s'),
    fallsWithin: duration({ max: '1h' }).prefault('2m'),
  },
};

/** Of page C. */
const VIOLATIONS: Limits = {
  amounts: {
    violationsPer5m: wholeNumber(1, 1_000_000).default(10),
    // Percent of the violations that have one cause, or few sources.
    share: wholeNumber(51, 100).default(80),
    attackers: wholeNumber(1, 32).default(5),
    // Percent of the rate limit that KingFisher has.
    raiseTo: wholeNumber(101, 1_000).default(200),
  },
  times: {
    raiseFor: duration({ max: '1d' }).prefault('1h'),
    blockFor: duration({ max: '7d' }).prefault('1h'),
    review: duration({ max: '7d' }).prefault('24h'),
  },
};

/** Page B: how often is too often, what is leased then, and for how long it is looked at. */
const failureLimits: Limits = {
  amounts: {
    failuresPer5m: wholeNumber(0, 1_000_000).default(5),
    // From here on automation is paused while causes are looked for.
    pauseAbovePer5m: wholeNumber(1, 1_000_000).default(20),
    // A kind with a smaller share of the failures is not taken for their cause.
    sharePercent: wholeNumber(1, 100).default(20),
    openaiMaxQps: wholeNumber(1, 10_000).default(4),
  },
  times: {
    rateOver: duration({ min: '10s', max: '10m' }).prefault('1m'),
    fallsWithin: duration({ max: '30m' }).prefault('3m'),
    imagesOf: duration({ max: '7d' }).prefault('1h'),
    pauseFor: duration({ max: '1d' }).prefault('1h'),
    reduceFor: duration({ max: '7d' }).prefault('2h'),
  },
};

const USUAL: Defaults = { dependencyReadyWithin: '60s', tempFilesOlderThan: '1d' };

/** `runbooks:` one section for each runbook that has times. */
export const runbooks = section({
  serviceDown: policy(USUAL).prefault({}),
  analysisLatency: policy(USUAL, latencyLimits).prefault({}),
  outboxStuck: policy(USUAL, outboxLimits).prefault({}),
  securityViolations: policy(
    // Whoever is blocked is seen no more a minute later.
    { ...USUAL, healthyWithin: '3m' },
    VIOLATIONS,
  ).prefault({}),
  pipelineFailures: policy(USUAL, failureLimits).prefault({}),
  emergencyRecovery: policy({ dependencyReadyWithin: '120s', tempFilesOlderThan: '1h' }).prefault({}),
  imageProcessingStalled: policy(
    USUAL,
    {
      times: {
        // No image for so long within business hours.
        stalledAfter: duration({ min: '1m', max: '1d' }).prefault('15m'),
        // Telegram limits its bot: waited out for this at the least, and for no longer than that in one go.
        backOff: duration({ min: '1s' }).prefault('60s'),
        longestBackOff: duration().prefault('15m'),
        // Updates that wait at Telegram for longer than this are not fetched.
        fetchedWithin: duration({ max: '5m' }).prefault('20s'),
        // After a restart the next image is there within this time.
        imageWithin: duration({ max: '30m' }).prefault('2m'),
      },
    },
    { businessHours },
  ).prefault({}),
});

type InMs<Times> = { [Key in keyof Times & string as `${Key}Ms`]: number };

function inMs<Times extends Record<string, number>>(times: Times): InMs<Times> {
  return Object.fromEntries(Object.entries(times).map(([key, ms]) => [`${key}Ms`, ms])) as InMs<Times>;
}
