import { z } from 'zod';
import { ALLOWANCES, ALLOWED_BY_DEFAULT } from '../../shared/safety/allowance';
import { TOPIC_NAMES } from '../../shared/topics/topics';
import { isMapping } from '../load/values';
import { backup, checkKept } from './backup';
import { dependencies, keyPrefix } from './dependencies';
import { kingfisher } from './kingfisher';
import { maintenance } from './maintenance/maintenance';
import { duration, hostName, section, size, textWhere, wholeNumber } from './nouns';
import { absoluteFile, ownFolder } from './paths';
import { openai, prometheus } from './probes';
import { checkTables, settings, tableName } from './settings';

const columnName = textWhere('a column such as "created_at"', (text) => /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(text));
const metricPrefix = textWhere('the start of metrics\' names, such as "kingfisher_"', (text) =>
  /^[A-Za-z_:][A-Za-z0-9_:]*$/.test(text),
);

/** Rows that were written lately: `created_at` within the last hour. */
const count = section({
  table: tableName,
  column: columnName.default('created_at'),
  within: duration().prefault('1h'),
}).transform(({ within, ...rest }) => ({ ...rest, withinMs: within }));

/** `agent.commands:` what people may ask this host by `halcyon commands`. Nothing of it changes anything. */
const commands = section({
  topics: z.array(z.enum(TOPIC_NAMES)).default([...TOPIC_NAMES]),
  counts: z
    .array(count)
    .max(10)
    .prefault([{ table: 'kingfisher.liquidation_clusters' }]),
  // Only names that begin so are listed.
  metricPrefix: metricPrefix.default('kingfisher_'),
  keyPrefix: keyPrefix.default('kingfisher:'),
});

/** Alone it would leave KingFisher without what it stands on: a full recovery restarts that. */
const allow = z
  .array(z.enum(ALLOWANCES))
  .refine((words) => !words.includes('fullRecovery') || words.includes('restart'), {
    error: 'a full recovery restarts what KingFisher stands on: fullRecovery needs restart beside it',
  })
  .default([...ALLOWED_BY_DEFAULT]);

/** `agent:` what one host is, and what may be done on it. Its output is `AgentSettings` of src/host. */
export const agent = section({
  // Names its task queue.
  host: hostName(),
  allow,
  kingfisher,
  prometheus: prometheus.nullable().default(null),
  // Where null nobody asks whether it is slow.
  openai: openai.nullable().prefault({}),
  dependencies: dependencies.default({}),
  backup: backup.nullable().default(null),
  settings: settings.default({}),
  commands: commands.prefault({}),
  maintenance: maintenance.prefault({}),
  // The agent's own folder: the newest fencing token is kept there.
  stateDir: ownFolder().default('/var/lib/halcyon'),
  // While this file exists, nothing but an undo changes the host.
  pauseFile: absoluteFile().default('/run/halcyon/paused'),
  // A file system with less than this counts as full.
  diskFull: section({
    available: size().prefault('512MiB'),
    usedPercent: wholeNumber(1, 100).default(95),
  })
    .transform(({ available, usedPercent }) => ({ availableBytes: available, usedPercent }))
    .prefault({}),
})
  .superRefine(checkKept, { when: isWhole })
  .superRefine(checkTables, { when: isWhole });

/** Whether the whole value is there to be compared. */
function isWhole({ value }: { value: unknown }): boolean {
  return isMapping(value) && isMapping(value.kingfisher);
}
