import { MASK, keepBefore } from './rule';
import type { Rules } from './rule';

const UNTIL_QUOTE = String.raw`[^\n"'\\]{1,4000}`;
const CREDENTIALS = String.raw`(?=[\w.~+/-]{0,200}(?:\d|[a-z][A-Z]|=|\w[.+/~]\w))(?!realm=)[\w.~+/=-]{3,}`;

/** Headers of HTTP whose whole line is a secret, and credentials with the scheme before them. */
export const headerRules: Rules = {
  hint: /bearer|basic|cookie|authorization/i,
  rules: [
    {
      pattern: new RegExp(String.raw`\b([Bb]earer|BEARER|[Bb]asic|BASIC)[^\S\n]+${CREDENTIALS}`, 'g'),
      by: `$1 ${MASK}`,
    },
    keepBefore(String.raw`(\b(?:set-)?cookie\d?\\*["']?[^\S\n]*[:=][^\S\n]*\\*["']?)${UNTIL_QUOTE}`),
    // A line as it is sent: with its parameters, which may be in quotes.
    keepBefore(
      String.raw`(^[^\S\n]*(?:[<>][^\S\n]*)?(?:proxy-)?authorization:[^\S\n]*(?:(?:basic|bearer|digest|token|apikey|aws4-hmac-sha256)[^\S\n]+)?)[^\n]{1,4000}`,
      'gim',
    ),
    keepBefore(
      String.raw`(\b(?:proxy-)?authorization\\*["']?[^\S\n]*[:=][^\S\n]*[bu]?\\*["']?(?:(?:basic|bearer|digest|token|apikey|aws4-hmac-sha256)[^\S\n]+)?)${UNTIL_QUOTE}`,
    ),
  ],
};
