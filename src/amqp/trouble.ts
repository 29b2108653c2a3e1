import { maskSecrets } from '../shared/text/secrets/mask';

const MAX_TEXT = 300;

/** What is wrong with a broker, for the log: no secret in it. */
export interface Trouble {
  reason: string;
  /** What to do, for people. */
  hint: string;
}

/** Whose rule matches first says what to do. */
const HINTS: [RegExp, string][] = [
  [/cannot be read|holds no URL/, 'mend the file, or its path in urlFile'],
  [/ACCESS[_-]REFUSED.*(login|PLAIN)|\b403\b.*login/i, 'look at user and password of the URL'],
  [/ConnectionOpenOk|NOT[_-]ALLOWED/, 'look at the virtual host of the URL, and at what its user may enter'],
  [
    /PRECONDITION[_-]FAILED.*(inequivalent|invalid)/i,
    'an exchange or queue of this name has other properties: remove it or choose another name, or keep it and set declare: false',
  ],
  [/NOT[_-]FOUND/, 'the exchange or queue is not there: make it, or set declare: true'],
  [
    /ACCESS[_-]REFUSED/,
    'the user of the URL lacks a permission: grant it, or set declare: false where it may not configure',
  ],
  [/RESOURCE[_-]ERROR|limit/i, 'the broker has reached a limit: its log says which'],
  [/certificate|SSL|TLS|EPROTO/i, 'the certificate of the broker is not trusted: set NODE_EXTRA_CA_CERTS to its CA'],
];
const DEFAULT_HINT = 'look whether RabbitMQ runs, and at host and port of the URL';

/** What an error of a broker, or on the way to it, says. */
export function troubleOf(err: unknown): Trouble {
  const text = maskSecrets(textOf(err).slice(0, MAX_TEXT));
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1] ?? DEFAULT_HINT;
  return { reason: text, hint };
}

/** Errors of several attempts (`AggregateError`) have no message of their own. */
function textOf(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  const { code } = err as { code?: unknown };
  return err.message || (typeof code === 'string' ? code : err.name);
}
