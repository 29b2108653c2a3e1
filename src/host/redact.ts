import { MASK, maskSecrets } from '../shared/text/secrets/mask';
import { isSecretName } from '../shared/text/secrets/names';
import { withoutTerminalSequences } from '../shared/text/terminal';
import type { AgentSettings } from './agent-settings';
import { createKnownMask } from './secret-forms';

/** Longer ones are cut before masking too, so that no line costs more than a moment. */
const MASKED_CHARACTERS = 64 * 1024;
/** Shorter secrets would mask ordinary words; the patterns still find them beside their names. */
const SHORTEST_LITERAL = 6;

/** Text from the host as it may leave it: colours dropped, secrets masked, control characters escaped, cut to `limit`. */
export type Redact = (text: string, limit?: number) => string;

/** Everything but tab and line feed that a terminal or a reader's eye would obey: controls, direction marks. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Masks what looks like a secret, and the literal `secrets`. */
export function createRedactor(secrets: string[]): Redact {
  const maskKnown = createKnownMask(secrets);
  return function redact(text, limit = MASKED_CHARACTERS) {
    const plain = withoutTerminalSequences(text.slice(0, MASKED_CHARACTERS));
    return cut(maskSecrets(maskKnown(plain, MASK)).replace(CONTROL, escapeCharacter), limit);
  };
}

/** `redact`, that masks the secrets of these environments as well. */
export function redactingEnvironments(redact: Redact, environments: Record<string, string>[]): Redact {
  const literals = environments.flatMap(secretsOfEnvironment).filter((secret) => secret.length >= SHORTEST_LITERAL);
  const known = createRedactor(literals);
  return (text, limit) => (literals.length === 0 ? redact(text, limit) : redact(known(text), limit));
}

/** The secrets that the agent itself knows: passwords of its URLs, and secret values of the service's environment. */
export function secretsOf({ kingfisher, dependencies, prometheus, maintenance }: AgentSettings): string[] {
  const { manager } = kingfisher;
  const environment = manager.type === 'process' ? manager.env : {};
  const endpoints = [...Object.values(kingfisher.probes ?? {}), ...(prometheus ? [prometheus] : [])];
  const sent = endpoints.flatMap(({ token, headers }) => [token ?? '', ...Object.values(headers)]);
  return [
    ...[...urls(dependencies), prometheus?.url ?? '', maintenance?.vacuum?.url ?? ''].flatMap(passwordsOf),
    ...secretsOfEnvironment(environment),
    ...sent,
    kingfisher.telegram?.token ?? '',
  ].filter((secret) => secret.length >= SHORTEST_LITERAL);
}

function secretsOfEnvironment(env: Record<string, string>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    isSecretName(name) ? [value, ...linesOf(value)] : [...passwordsOf(value), ...passwordsWithin(value)],
  );
}

/** Of a key in several lines: a log shows them one by one. */
function linesOf(value: string): string[] {
  const lines = value.split('\n').map((line) => line.trim());
  return lines.length === 1 ? [] : lines;
}

/** Of a URL among other text, or one that is none by the book; and of `host=db password=…`. */
function passwordsWithin(text: string): string[] {
  const found = text.matchAll(
    /:\/\/([^\s/@:]*):([^\s/@]+)@|\b(?:password|passwd|pwd)\s*=\s*(?:'([^']*)'|([^\s;,&']+))/gi,
  );
  return [...found].flatMap(([, user, ofUrl, quoted, plain]) => {
    const password = ofUrl ?? quoted ?? plain ?? '';
    return password === '' || password === user ? [] : [password, decoded(password)];
  });
}

function urls({ postgres, redis, rabbitmq }: AgentSettings['dependencies']): string[] {
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
