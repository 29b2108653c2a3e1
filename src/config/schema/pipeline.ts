import { z } from 'zod';
import { isMapping, valueAt } from '../load/values';
import type { FAILURE_KINDS } from '../../shared/observations/pipeline';
import { section, textWhere, withMilliseconds } from './nouns';
import { ownProgram } from './paths';

const LONGEST_PATTERN = 500;

/** Of lines of a log; letters may be small or capital. */
const pattern = textWhere(`a regular expression of at most ${LONGEST_PATTERN} characters`, isPattern);

const named = pattern.refine((text) => text.includes('(?<plugin>'), {
  error: 'expected a group named plugin: (?<plugin>…)',
});

/** The document's `step5_runner.py --plugin … --symbol …`: exit 0 means that the plugin works. */
const pluginTest = section({
  ...ownProgram({ longest: '1m' }),
  symbol: textWhere('letters and digits, such as BTCUSDT', (text) => /^[A-Za-z0-9]{1,32}$/.test(text)).default(
    'BTCUSDT',
  ),
})
  .superRefine(
    (value, context) => {
      const words = valueAt(value, ['command']);
      if (!Array.isArray(words) || words.slice(1).includes('{plugin}')) return;
      const message = 'expected {plugin} as an argument of its own';
      context.addIssue({ code: 'custom', path: ['command'], message });
    },
    { when: ({ value }) => isMapping(value) },
  )
  .transform(withMilliseconds);

/** `agent.kingfisher.pipeline:` how this site says that a step failed, and of what. */
export const pipeline = section({
  // What is a line of an error at all.
  error: pattern.default('\\b(?:error|critical|fatal)\\b|exception|traceback'),
  // Of an error's line, or of `step=… reason=…` of the counter. The first kind of which one fits counts.
  kinds: section({
    quota: patterns('insufficient_quota', 'exceeded your current quota'),
    rateLimit: patterns(
      '^(?!.*telegram).*\\b429\\b.*too many',
      '(?:openai|code|reason)\\W+429\\b',
      'RateLimitError',
      'rate_limit',
    ),
    imagePermission: patterns('^(?=.*(?:EACCES|EPERM|permission))(?=.*(?:image|\\.jpe?g|\\.png))'),
    imageCorrupt: patterns(
      '(?:image|jpe?g|png).*(?:corrupt|truncated)',
      'corrupt.*(?:image|jpe?g|png)',
      'cannot (?:decode|identify).*(?:image|jpe?g|png)',
      'not a jpeg',
      'premature end of',
    ),
    databasePool: patterns(
      'pool_exhausted|pool (?:is )?exhausted|PoolTimeout|QueuePool limit',
      'timeout exceeded when trying to connect',
      'too many (?:clients|connections)',
    ),
    plugin: patterns('\\bplugin\\b.*(?:error|fail|exception)'),
  } satisfies Record<(typeof FAILURE_KINDS)[number], unknown>).prefault({}),
  // Which plugin such a line names.
  pluginName: named.default('\\bplugin[ =:\'"]+(?!(?:error|fail|reason))(?<plugin>[a-z][\\w.-]*)\\W.*(?:error|fail)'),
  pluginTest: pluginTest.nullable().default(null),
});

function patterns(...defaults: string[]) {
  return z.array(pattern).min(1, { error: 'expected at least one regular expression' }).default(defaults);
}

function isPattern(text: string): boolean {
  if (text === '' || text.length > LONGEST_PATTERN) return false;
  try {
    new RegExp(text, 'i');
    return true;
  } catch {
    return false;
  }
}
