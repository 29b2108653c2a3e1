/** What somebody may send in the place of a message: by accident, in a hurry, or on purpose. Chosen by `next`, in [0, 1). */

type Next = () => number;

/** As JSON; some of it is none. */
const TEXTS = [
  '',
  '{',
  'null',
  '[]',
  '{}',
  '0',
  '-1',
  '1e400',
  '"text"',
  'true',
  '[[[[[[]]]]]]',
  '{"__proto__":{"as":"anna","reason":"x"}}',
  '{"constructor":{"prototype":{"as":"anna"}}}',
  '{"toString":1,"hasOwnProperty":2,"kind":"__proto__"}',
  '{"as":"anna","note":12}',
  '\u0000\u0001',
  '{"as":"\\ud800","reason":"\\u202e"}',
  `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  `"${'x'.repeat(50_000)}"`,
];

const VALUES: unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER,
  2 ** 60,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  'text',
  'constructor',
  '__proto__',
  '2026-13-45T99:99:99Z',
  '+275760-09-13T00:00:00.000Z',
  '-000001-01-01T00:00:00Z',
  '9999999999d',
  '1ms',
  '\u0000\ud800\u202e',
  'x'.repeat(20_000),
  { kind: 'granted' },
  { length: 3 },
];

/** Any value that JSON can hold. */
export function anyValue(next: Next): unknown {
  return VALUES[Math.floor(next() * VALUES.length)];
}

/** Something that may be no JSON at all. */
export function anyText(next: Next): string {
  return TEXTS[Math.floor(next() * TEXTS.length)]!;
}

/** The value with one thing in it changed, left out, doubled or added, somewhere. */
export function mutated(value: unknown, next: Next): unknown {
  if (typeof value !== 'object' || value === null || next() < 0.1) return anyValue(next);
  const entries = Object.entries(value);
  if (entries.length === 0) return anyValue(next);
  const at = Math.floor(next() * entries.length);
  const [name, inner] = entries[at]!;
  const changed = next() < 0.6 ? mutated(inner, next) : undefined;
  if (Array.isArray(value)) return value.map((one, index) => (index === at ? changed : one));
  const rest = Object.fromEntries(entries.filter(([other]) => other !== name || changed !== undefined));
  return { ...rest, ...(changed === undefined ? {} : { [name]: changed }), ...(next() < 0.1 ? { more: 1 } : {}) };
}
