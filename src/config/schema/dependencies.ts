import { z } from 'zod';
import { section, someText, textWhere, wholeNumber } from './nouns';
import { ownFolder, serviceUnit } from './paths';
import { tableName } from './settings';
import { secretUrl } from './urls';

/** Where its data is; the working folder of its process, or its package's folder, where absent. */
const dataDir = ownFolder().optional();

/** No pattern: a name that begins so. */
export const keyPrefix = textWhere('the start of a key without "*", "?", "[" and "\\"', (text) =>
  /^[^*?[\]\\\s]+$/.test(text),
);

/** Redis database with the rate limits, and the start of their keys. */
const rateLimits = section({
  database: wholeNumber(0, 65_535).default(1),
  prefix: keyPrefix.default('ratelimit:'),
});

/** KingFisher's outbox, and where an event goes that holds up all others. */
const outbox = section({ table: tableName, quarantine: tableName }).refine(
  ({ table, quarantine }) => table !== quarantine,
  { path: ['quarantine'], error: 'expected another table than the outbox itself' },
);

/** `agent.dependencies:` what KingFisher stands on. What is left out is neither probed nor restarted. */
export const dependencies = section({
  postgres: section({
    unit: serviceUnit(),
    url: secretUrl('postgres', 'postgresql'),
    dataDir,
    outbox: outbox.optional(),
  }).optional(),
  redis: section({
    unit: serviceUnit(),
    url: secretUrl('redis', 'rediss'),
    dataDir,
    rateLimits: rateLimits.optional(),
  }).optional(),
  rabbitmq: section({
    unit: serviceUnit(),
    url: secretUrl('amqp', 'amqps'),
    dataDir,
    managementUrl: secretUrl('http', 'https').optional(),
    // Those that it must have.
    exchanges: z.array(someText('the name of an exchange')).optional(),
  }).optional(),
});
