import type { HostSettings } from './settings';

const MASK = '***';
/** Longer ones are cut before masking too, so that no line costs more than a moment. */
const MASKED_CHARACTERS = 64 * 1024;
/** Shorter secrets would mask ordinary words; the patterns still find them beside their names. */
const SHORTEST_LITERAL = 6;

/** Text from the host as it may leave it: colours dropped, secrets masked, control characters escaped, cut to `limit`. */
export type Redact = (text: string, limit?: number) => string;

/** Terminal colours: they stand between a name and its secret. */
const TERMINAL_SEQUENCE = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** Everything but tab and line feed that a terminal or a reader's eye would obey: controls, direction marks. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const SECRET_NAME = String.raw`(?:pass(?:word|wd|phrase)|\bpass\b|pwd|secret|token(?!s)|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|authorization)`;
const SECRET_VALUE = String.raw`(?:\\?"[^"\n]*"|\\?'[^'\n]*'|[^\s"'\\,;&}\])]+)`;

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
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, MASK],
  [/\bgh[a-z]_\w{16,}|\bAKIA[0-9A-Z]{12,}/g, MASK],
];

/** Masks what looks like a secret, and the literal `secrets`. */
export function createRedactor(secrets: string[]): Redact {
  const literals = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  return function redact(text, limit = MASKED_CHARACTERS) {
    const plain = text.slice(0, MASKED_CHARACTERS).replace(TERMINAL_SEQUENCE, '');
    const known = literals.reduce((masked, literal) => masked.replaceAll(literal, MASK), plain);
    const masked = PATTERNS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), known);
    return cut(masked.replace(CONTROL, escapeCharacter), limit);
  };
}

/** `redact`, that masks the secrets of this environment as well. */
export function redactingEnvironment(redact: Redact, env: Record<string, string>): Redact {
  const literals = secretsOfEnvironment(env).filter((secret) => secret.length >= SHORTEST_LITERAL);
  const known = createRedactor(literals);
  return (text, limit) => (literals.length === 0 ? redact(text, limit) : redact(known(text), limit));
}

/** The secrets that the agent itself knows: passwords of its URLs, and secret values of the service's environment. */
export function secretsOf({ kingfisher, dependencies }: HostSettings): string[] {
  const { manager } = kingfisher;
  const environment = manager.type === 'process' ? manager.env : {};
  const endpoints = Object.values(kingfisher.probes ?? {});
  const sent = endpoints.flatMap(({ token, headers }) => [token ?? '', ...Object.values(headers)]);
  return [...urls(dependencies).flatMap(passwordsOf), ...secretsOfEnvironment(environment), ...sent].filter(
    (secret) => secret.length >= SHORTEST_LITERAL,
  );
}

function secretsOfEnvironment(env: Record<string, string>): string[] {
  const secretName = new RegExp(SECRET_NAME, 'i');
  return Object.entries(env).flatMap(([name, value]) => (secretName.test(name) ? [value] : passwordsOf(value)));
}

function urls({ postgres, redis, rabbitmq }: HostSettings['dependencies']): string[] {
  return [postgres?.url, redis?.url, rabbitmq?.url, rabbitmq?.managementUrl].filter((url) => url !== undefined);
}

/** As written and as meant. A password that is its own user name hides nothing, and would mask that word everywhere. */
function passwordsOf(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { username, password } = new URL(text);
  if (password === '' || password === username) return [];
  return [...new Set([password, decoded(password)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function escapeCharacter(character: string): string {
  if (character === '\r') return '';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
