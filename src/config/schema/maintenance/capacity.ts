import { z } from 'zod';
import { duration, section, someText, textWhere, wholeNumber } from '../nouns';

const query = someText('a query of Prometheus (PromQL) that gives one series');

const mountPoint = textWhere('a mount point such as "/srv"', (text) => text.startsWith('/'));

/** Where `agent.prometheus` has what is used of each; of the rest nobody knows how it grows. */
const trends = section({
  // Mount point to the bytes that are used of it.
  disks: z.record(mountPoint, query).default({}),
  // Bytes.
  database: query.nullable().default(null),
  // Messages in all queues.
  queues: query.nullable().default(null),
});

/** `agent.maintenance.capacity:` how far back is looked, and what is too little. */
export const capacity = section({
  over: duration({ min: '3d', max: '365d' }).prefault('28d'),
  // Full earlier than this is a task for people.
  fullWithin: duration({ min: '1d', max: '3650d' }).prefault('90d'),
  // As many messages as all queues together should hold at the most.
  queueMessages: wholeNumber(1, 1_000_000_000).default(10_000),
  trends: trends.prefault({}),
}).transform(({ over, fullWithin, ...rest }) => ({ ...rest, overMs: over, fullWithinMs: fullWithin }));
