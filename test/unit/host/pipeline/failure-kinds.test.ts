import { pipeline } from '../../../../src/config/schema/pipeline';
import { FailureKinds, labelsText, mostFrequent } from '../../../../src/host/pipeline/failure-kinds';
import type { FailureKind } from '../../../../src/shared/observations/pipeline';

const kinds = new FailureKinds(pipeline.parse({}));
const kindOf = (text: string) => kinds.count([{ text, count: 1 }])[0]!.kind;

const SAID: [string, FailureKind][] = [
  ['ERROR [openai] step openai_analysis failed: 429 Too Many Requests: slow down', 'rateLimit'],
  ['ERROR openai.RateLimitError: Error code: 429', 'rateLimit'],
  ['step=openai_analysis reason=rate_limited', 'rateLimit'],
  ['step=openai reason=429', 'rateLimit'],
  ['ERROR 429 Too Many Requests: You exceeded your current quota', 'quota'],
  ['step=openai_analysis reason=insufficient_quota', 'quota'],
  ['ERROR step image_download failed: telegram file a.jpg: status 429', 'other'],
  ['ERROR analysis took 429 ms', 'other'],
  ["ERROR step image_download failed: EACCES: permission denied, open '/data/images/1.jpg'", 'imagePermission'],
  ["PermissionError: [Errno 13] Permission denied: 'data/images/2026'", 'imagePermission'],
  ['ERROR permission denied for table analyses', 'other'],
  ['step=image_processing reason=permission', 'imagePermission'],
  ['ERROR cannot decode /data/images/1.jpg: not a JPEG file', 'imageCorrupt'],
  ['PIL.UnidentifiedImageError: cannot identify image file', 'imageCorrupt'],
  ['step=image_processing reason=corrupt', 'imageCorrupt'],
  ['ERROR [database] step database failed: timeout exceeded when trying to connect', 'databasePool'],
  ['TimeoutError: QueuePool limit of size 5 overflow 10 reached', 'databasePool'],
  ['step=database reason=pool_exhausted', 'databasePool'],
  ['step=database reason=query', 'other'],
  ['ERROR [plugin] step plugin failed: plugin symbol_update error: no such column', 'plugin'],
  ['step=plugin reason=error', 'plugin'],
];

it.each(SAID)('%s', (text, kind) => expect(kindOf(text)).toBe(kind));

it('what is no error is none, whatever it speaks of', () => {
  const lines = ['INFO plugin win_rate ok', 'ERROR plugin win_rate', 'Traceback (most recent call last):'];
  expect(lines.map((line) => kinds.isError(line))).toEqual([false, true, true]);
});

it('counts each kind, the most frequent first, with its last line', () => {
  const said = ['plugin a error', 'odd', 'plugin b error'].map((text) => ({ text, count: 1 }));
  expect(kinds.count(said)).toEqual([
    { kind: 'plugin', count: 2, example: 'plugin b error' },
    { kind: 'other', count: 1, example: 'odd' },
  ]);
});

it('names the plugins that failed, and nothing that reads like an option or a path', () => {
  const named = [
    'ERROR [plugin] step plugin failed: plugin symbol_update error: KeyError',
    'ERROR plugin: "win_rate" failed',
    'ERROR [plugin] step plugin failed: plugin symbol_update error: KeyError',
    'ERROR plugin --help error',
    'ERROR plugin ../../etc/passwd error',
    'INFO plugin fine ok',
  ];
  expect(kinds.plugins(named)).toEqual(['symbol_update', 'win_rate']);
  expect(mostFrequent(['a..b', '-x', '', 'a/b', 'ok'])).toEqual(['ok']);
});

it('a line of a million characters takes no time', () => {
  const long = `ERROR plugin failed ${'plugin a '.repeat(500_000)}`;
  expect(kindOf(long)).toBe('plugin');
  expect(kinds.plugins([long])).toEqual([]);
});

it('labels are judged as text', () => {
  expect(labelsText({ labels: { step: 'a', reason: 'b' }, value: 1 })).toBe('step=a reason=b');
});
