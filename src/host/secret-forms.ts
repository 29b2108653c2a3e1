/** Replaces every form of the secrets that it knows by `by`. */
export type MaskKnown = (text: string, by: string) => string;

/** Parts of fewer characters stand in other base64 by chance. */
const SHORTEST_PART = 5;
/** Up to three times. */
const ESCAPED = String.raw`\\{1,8}`;
const PERHAPS_ESCAPED = String.raw`\\{0,7}`;
const BASE64 = /[A-Za-z0-9+/_-]{6,}={0,2}/g;

/**
 * Masks secrets as they are, and as programs write them: percent-encoded in upper or lower case, once or twice, with escapes
 * of JSON, Python, a shell or HTML, or anywhere within base64.
 */
export function createKnownMask(secrets: readonly string[]): MaskKnown {
  if (secrets.length === 0) return (text) => text;
  const longestFirst = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  const written = new RegExp(longestFirst.map(writtenForms).join('|'), 'g');
  const parts = [...new Set(longestFirst.flatMap(base64Parts))];
  return (text, by) =>
    text.replace(written, by).replace(BASE64, (run) => (parts.some((part) => standard(run).includes(part)) ? by : run));
}

/** Source of a pattern: each character in any of its forms. Nothing in it may match in two ways, so that it stays linear. */
function writtenForms(secret: string): string {
  const parts = secret.match(/\\+|[^\\]/gu) ?? [];
  return parts.map((part, index) => anyForm(part, index > 0 && parts[index - 1]!.startsWith('\\'))).join('');
}

function anyForm(part: string, isEscaped: boolean): string {
  if (/\w/.test(part)) return part;
  if (part.startsWith('\\')) return backslashes(part.length);
  const unicode = Array.from({ length: part.length }, (_, index) => `u${anyCase(hexOf(part.charCodeAt(index), 4))}`);
  const code = part.codePointAt(0)!;
  const forms = [escapeSource(part), percentForm(part), `&#(?:0{0,4}${code}|[xX]0{0,4}${anyCase(code.toString(16))});`];
  const escapes = [
    unicode.join(ESCAPED),
    ...(code < 256 ? [`x${anyCase(hexOf(code, 2))}`] : []),
    ...(ESCAPES[part] ?? []),
  ];
  const escaped = `${isEscaped ? '' : ESCAPED}(?:${escapes.join('|')})`;
  return `(?:${isEscaped ? '' : PERHAPS_ESCAPED}${forms.shift()}|${[...forms, ...(NAMED[part] ?? []), escaped].join('|')})`;
}

/** Escaped up to three times; those of an escape that follows are among them. */
function backslashes(count: number): string {
  return String.raw`(?:\\{${count},${8 * count + 7}}|(?:${percentForm('\\')}){${count}}|(?:&#92;){${count}})`;
}

function percentForm(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%(?:25)?${anyCase(hexOf(byte, 2))}`).join('');
}

/** What has a form of its own besides. */
const NAMED: Record<string, string[]> = {
  '\n': [String.raw`\r\n`],
  ' ': [String.raw`\+`],
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;', String.raw`'\\''`, `'"'"'`],
};

/** What stands for it behind a backslash. */
const ESCAPES: Record<string, string[]> = { '\n': ['n', String.raw`r\\{1,8}n`], '\t': ['t'] };

/** What is left of it in base64, wherever it begins, without the characters that depend on its neighbours. */
function base64Parts(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const from = before === 0 ? 0 : before + 1;
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    const part = encoded.slice(from, whole);
    return part.length < SHORTEST_PART ? [] : [part];
  });
}

/** Of the alphabet for addresses, the same in the other one. */
function standard(base64: string): string {
  return base64.replaceAll('-', '+').replaceAll('_', '/');
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escapeSource(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
}
