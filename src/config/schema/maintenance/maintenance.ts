import { z } from 'zod';
import { isMapping, valueAt } from '../../load/values';
import { duration, section, wholeNumber } from '../nouns';
import { ownFolder, systemUser } from '../paths';
import { tableName } from '../settings';
import { secretUrl } from '../urls';
import { audit } from './audit';
import { capacity } from './capacity';

/** Images that are this old may go; `limit` of them without being asked, `approvedLimit` when a person approved it. */
const images = section({
  olderThan: duration({ min: '2d', max: '3650d' }).prefault('7d'),
  limit: wholeNumber(1, 10_000_000).default(1_000),
  approvedLimit: wholeNumber(1, 10_000_000).default(100_000),
})
  .superRefine(checkLimits, { when: ({ value }) => isMapping(value) })
  .transform(({ olderThan, ...rest }) => ({ ...rest, olderThanMs: olderThan }));

const vacuum = section({
  // Whose role owns the tables; that of dependencies.postgres where absent.
  url: secretUrl('postgres', 'postgresql').optional(),
  tables: z.array(tableName).min(1, { error: 'expected at least one table' }),
  lockTimeout: duration({ min: '100ms', max: '10m' }).prefault('10s'),
  // For each table.
  statementTimeout: duration({ min: '1s', max: '6h' }).prefault('30m'),
}).transform(({ lockTimeout, statementTimeout, ...rest }) => ({
  ...rest,
  lockTimeoutMs: lockTimeout,
  statementTimeoutMs: statementTimeout,
}));

const python = section({
  venv: ownFolder(),
  // Where absent, the service's.
  user: systemUser().optional(),
  // Of each question of pip.
  timeout: duration({ min: '1s', max: '15m' }).prefault('2m'),
}).transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }));

/** `agent.maintenance:` what routine maintenance does on this host. What is null is left out. */
export const maintenance = section({
  images: images.nullable().default(null),
  vacuum: vacuum.nullable().default(null),
  python: python.nullable().default(null),
  capacity: capacity.prefault({}),
  audit: audit.prefault({}),
});

function checkLimits(value: unknown, context: z.core.$RefinementCtx): void {
  const [limit, approvedLimit] = [valueAt(value, ['limit']), valueAt(value, ['approvedLimit'])];
  if (typeof limit !== 'number' || typeof approvedLimit !== 'number' || limit <= approvedLimit) return;
  context.addIssue({ code: 'custom', path: ['approvedLimit'], message: 'expected no less than limit' });
}
