import { MASK, keepBefore } from './rule';
import type { Rules } from './rule';

const SCHEME = String.raw`(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}://`;

/** What addresses carry: passwords and tokens before the host, keys and signatures behind the question mark. */
export const urlRules: Rules = {
  hint: /:\/\/|%3A%2F|[?&]|hooks\.|discord|webhook|:(?:5432|5433|6432|\*):/i,
  rules: [
    // The token takes the place of the user.
    { pattern: new RegExp(String.raw`(${SCHEME})[^\s/@:"']{1,500}:(?:x-oauth-basic)?@`, 'gi'), by: `$1${MASK}@` },
    { pattern: new RegExp(String.raw`(\bhttps?://)[^\s/@:"'?#]{1,500}@`, 'gi'), by: `$1${MASK}@` },
    {
      pattern: new RegExp(String.raw`(${SCHEME})(?=[^\s/@:\d]{0,100}\d)[^\s/@:"'?#]{20,500}@`, 'gi'),
      by: `$1${MASK}@`,
    },
    { pattern: new RegExp(String.raw`(${SCHEME}[^\s/@:"']{0,200}:)[^\s/"']{1,500}@`, 'gi'), by: `$1${MASK}@` },
    { pattern: /(%3A%2F%2F[^\s%]{0,200}%3A)(?:(?!%40)\S){1,500}%40/gi, by: `$1${MASK}%40` },
    keepBefore(String.raw`([?&](?:[\w-]{0,40}(?:signature|sig|key|passwd|password|secret|token))=)[^&\s"'<>#]{1,4000}`),
    keepBefore(String.raw`(\bhooks\.slack\.com/(?:services|workflows|triggers)/)[\w/-]+`),
    keepBefore(String.raw`(\bdiscord(?:app)?\.com/api/webhooks/)[\w/-]+`),
    keepBefore(String.raw`(\bwebhook\.office\.com/)[\w/@-]+`),
    // A line of .pgpass.
    keepBefore(String.raw`((?<![\w.*-])[\w.*-]{1,100}:(?:5432|5433|6432|\*):[\w*-]{1,63}:[\w*-]{1,63}:)\S{1,500}`, 'g'),
  ],
};
