import { z } from 'zod';
import { isMapping } from '../../load/values';
import { section } from '../nouns';
import { brokerKeys, brokerName, needsOneUrl } from './alert-queue';

/** `amqp:` where incident events are published. Without it, nowhere. */
export const incidentEvents = section({
  ...brokerKeys,
  events: section({
    exchange: brokerName().default('halcyon.incidents'),
    declare: z.boolean({ error: 'expected true or false' }).default(true),
  }).prefault({}),
})
  .superRefine(needsOneUrl, { when: ({ value }) => isMapping(value) })
  .nullable()
  .default(null);

/** Events are kept with the record until the broker has them. */
export function eventsNeedStore(
  { amqp, store }: { amqp: object | null; store: { url: string | null; path: string | null } },
  context: z.core.$RefinementCtx,
): void {
  if (amqp === null || store.url !== null || store.path !== null) return;
  const message =
    'incident events need a store, which keeps them while the broker is away: set store.url or store.path';
  context.addIssue({ code: 'custom', path: ['amqp', 'events'], message });
}
