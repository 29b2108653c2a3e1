/** Names of secrets, as the source of a case-insensitive pattern. */

const PASSWORD = String.raw`pass(?:word|wd|phrase|code)|(?<![a-z])pass(?![a-z])|pwd|(?<![a-z])otp(?![a-z])`;
const KEY = String.raw`(?:api|access|account|private|signing|encryption|subscription|service|integration|master)[_-]?key`;

/** `token_type`, `passwordFile`, `secret-name`: they tell something about a secret, and not the secret. */
const ABOUT = String.raw`(?![_.-]?(?:type|count|limit|bucket|file|path|name|length|size|expir|ttl|policy|usage|stdin|url|uri))`;

/** What people say beside a secret: `password is …`. */
export const SPOKEN_NAME = String.raw`(?:${PASSWORD}|token(?!s))`;

/** Part of the name of something that holds a secret: `db_password`, `API-KEY`, `clientSecret`. */
export const SECRET_NAME = String.raw`(?:(?:${PASSWORD}|secret|token(?!s)|${KEY}|credentials?|authorization|[_-]auth(?![a-z]))${ABOUT})`;

const WHOLE_NAME = new RegExp(SECRET_NAME, 'i');

/** Whether something of this name is a secret: `db_password`, `API_KEY`. */
export function isSecretName(name: string): boolean {
  return WHOLE_NAME.test(name);
}
