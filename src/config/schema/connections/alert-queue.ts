import { isMapping } from '../../load/values';
import { section, textWhere, wholeNumber } from '../nouns';
import { absoluteFile } from '../paths';
import { secretUrl } from '../urls';
import { z } from 'zod';

const AMQP = ['amqp', 'amqps'] as const;

/** A broker: its URL, or a file that holds it. */
export const brokerKeys = {
  url: secretUrl(...AMQP).optional(),
  /** Read anew for each connection, so that a new password needs no restart. */
  urlFile: absoluteFile().optional(),
};

/** Exactly one of them. */
export function needsOneUrl(value: { url?: unknown; urlFile?: unknown }, context: z.core.$RefinementCtx): void {
  if ((value.url === undefined) !== (value.urlFile === undefined)) return;
  context.addIssue({ code: 'custom', path: ['url'], message: 'expected either url or urlFile' });
}

/** `intake.amqp:` a queue that brings the same alerts as HTTP. */
export const alertQueue = section({
  ...brokerKeys,
  exchange: brokerName().default('halcyon.alerts'),
  queue: brokerName().default('halcyon.alerts'),
  deadLetterExchange: brokerName().default('halcyon.alerts.dead'),
  deadLetterQueue: brokerName().default('halcyon.alerts.dead'),
  prefetch: wholeNumber(1, 1_000).default(100),
  declare: z.boolean({ error: 'expected true or false' }).default(true),
})
  .superRefine(
    (value, context) => {
      needsOneUrl(value, context);
      const { exchange, queue, deadLetterExchange, deadLetterQueue } = value;
      const same = (key: string, other: string) =>
        context.addIssue({ code: 'custom', path: [key], message: `expected another name than ${other} has` });
      if (queue !== undefined && queue === deadLetterQueue) same('deadLetterQueue', 'queue');
      if (exchange !== undefined && exchange === deadLetterExchange) same('deadLetterExchange', 'exchange');
    },
    { when: ({ value }) => isMapping(value) },
  )
  .nullable()
  .default(null);

/** Of an exchange or a queue. */
export function brokerName() {
  const what = 'a name of letters, digits, ".", "_", ":", "/" and "-", at most 200, that does not begin with "amq."';
  return textWhere(what, (text) => /^(?!amq\.)[A-Za-z0-9._:/-]{1,200}$/.test(text));
}
