import { duration, section, wholeNumber } from './nouns';

const flapping = section({
  incidents: wholeNumber(2, 1_000).default(3),
  within: duration({ min: '1m', max: '1d' }).prefault('30m'),
}).transform(({ within, ...rest }) => ({ ...rest, withinMs: within }));

/** `guard:` how much automation a host may see. */
export const guard = section({
  restartsPerHour: wholeNumber(1, 1_000).default(3),
  flapping: flapping.prefault({}),
  remindEvery: duration({ min: '1m', max: '1d' }).prefault('1h'),
}).transform(({ remindEvery, ...rest }) => ({ ...rest, remindEveryMs: remindEvery }));
