import { isMapping, valueAt } from '../load/values';
import type { FAILURE_KINDS } from '../../shared/observations/pipeline';
import { duration, section, textWhere } from './nouns';
import { command, ownFolder, systemUser } from './paths';

const LONGEST_PATTERN = 500;

/** Of lines of a log; letters may be small or capital. */
const pattern = textWhere(`a regular expression of at most ${LONGEST_PATTERN} characters`, isPattern);

const named = pattern.refine((text) => text.includes('(?<plugin>'), {
  error: 'expected a group named plugin: (?<plugin>…)',
});

/** The document's `step5_runner.py --plugin … --symbol …`: exit 0 means that the plugin works. */
const pluginTest = section({
  command: command(),
  symbol: textWhere('letters and digits, such as BTCUSDT', (text) => /^[A-Za-z0-9]{1,32}$/.test(text)).default(
    'BTCUSDT',
  ),
  // Where absent, the folder and the user of the service.
  cwd: ownFolder().optional(),
  user: systemUser().optional(),
  timeout: duration({ max: '1m' }).prefault('30s'),
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
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }));

/** `agent.kingfisher.pipeline:` how this site says that a step failed, and of what. */
export const pipeline = section({
  // What is a line of an error at all.
  error: pattern.default('\\b(?:error|critical|fatal)\\b|exception|traceback'),
  // Of an error's line, or of `step=… reason=…` of the counter. The first that fits counts.
  kinds: section({
    quota: pattern.default('insufficient_quota|exceeded your current quota'),
    rateLimit: pattern.default(
      '^(?!.*telegram).*(?:\\b429\\b.*too many|(?:openai|status|code|reason|http\\S*)\\W+429\\b|RateLimitError|rate_limit)',
    ),
    imagePermission: pattern.default('^(?=.*(?:EACCES|EPERM|permission))(?=.*(?:image|\\.jpe?g|\\.png))'),
    imageCorrupt: pattern.default(
      '^(?=.*(?:image|jpe?g|png))(?=.*(?:corrupt|cannot decode|cannot identify|not a jpeg|premature end|truncated))',
    ),
    databasePool: pattern.default(
      'pool_exhausted|pool (?:is )?exhausted|QueuePool limit|PoolTimeout|timeout exceeded when trying to connect|too many (?:clients|connections)',
    ),
    plugin: pattern.default('\\bplugin\\b.*(?:error|fail|exception)'),
  } satisfies Record<(typeof FAILURE_KINDS)[number], unknown>).prefault({}),
  // Which plugin such a line names.
  pluginName: named.default(
    '\\bplugin[ =:\'"]+(?!(?:error|failed|failure|reason)\\b)(?<plugin>[a-z][a-z0-9_.-]*)[\'":, ]+.*(?:error|fail|exception)',
  ),
  pluginTest: pluginTest.nullable().default(null),
});

function isPattern(text: string): boolean {
  if (text === '' || text.length > LONGEST_PATTERN) return false;
  try {
    new RegExp(text, 'i');
    return true;
  } catch {
    return false;
  }
}
