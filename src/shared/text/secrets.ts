/** What stands in the place of a secret. */
export const MASK = '***';

const SECRET_NAME = String.raw`(?:pass(?:word|wd|phrase)|\bpass\b|pwd|secret|token(?!s)|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|authorization)`;
const SECRET_VALUE = String.raw`(?:\\?"[^"\n]*"|\\?'[^'\n]*'|[^\s"'\\,;&}\])]+)`;
const WHOLE_NAME = new RegExp(SECRET_NAME, 'i');

const PATTERNS: [RegExp, string][] = [
  // Of pydantic: the value of whatever setting was wrong, a password's too.
  [/(\binput_value=)(?:'[^'\n]*'|"[^"\n]*"|[^\s,\]]+)/g, `$1${MASK}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  [/([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/@:"']{0,200}:)[^\s/"']{1,500}@/gi, `$1${MASK}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  [
    new RegExp(String.raw`(${SECRET_NAME}[\w.-]{0,40}\\?["']?[^\S\n]*(?:=>|[=:])[^\S\n]*)${SECRET_VALUE}`, 'gi'),
    `$1${MASK}`,
  ],
  [new RegExp(String.raw`(--?${SECRET_NAME}[\w-]{0,40}[^\S\n]+)${SECRET_VALUE}`, 'gi'), `$1${MASK}`],
  [/\bbot\d+:[\w-]+/gi, `bot${MASK}`],
  [/\b\d{6,12}:[\w-]{30,}/g, MASK],
  [/\bxox[a-z]-[\w-]+|\bxapp-[\w-]+/gi, MASK],
  [/(hooks\.slack\.com\/services\/)[\w/-]+/gi, `$1${MASK}`],
  [/\bsk-[\w-]{6,}/g, MASK],
  [/\beyJ[\w-]{1,500}\.[\w-]+(?:\.[\w-]*)?/g, MASK],
  [/\bgh[a-z]_\w{16,}|\bAKIA[0-9A-Z]{12,}/g, MASK],
];

/** Masks what looks like a secret. Give it a bounded text: it costs time by length. */
export function maskSecrets(text: string): string {
  return PATTERNS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
}

/** Whether something of this name is a secret: `db_password`, `API_KEY`. */
export function isSecretName(name: string): boolean {
  return WHOLE_NAME.test(name);
}
