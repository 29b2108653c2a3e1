import { MASK } from './rule';

const BEGIN =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g;
const END = /-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const PUTTY = /(\bPrivate-Lines:[^\S\n]*\d{1,4}[^\S\n]*\n)(?:[A-Za-z0-9+/=]{1,80}(?:\r?\n|$)){1,200}/g;
/** Of what stands before an end: base64, blanks, and line ends that were escaped. */
const OF_A_KEY = /[A-Za-z0-9+/=\s\\]/;

/** Masks private keys, whole or cut off at either end. */
export function maskPrivateKeys(text: string): string {
  if (!text.includes('PRIVATE KEY') && !text.includes('Private-Lines')) return text;
  return maskBeforeEnds(text.replace(BEGIN, MASK)).replace(PUTTY, `$1${MASK}\n`);
}

/** A key whose beginning was cut off, as in the last lines of a log. */
function maskBeforeEnds(text: string): string {
  let rest = '';
  let from = 0;
  for (const { 0: end, index } of text.matchAll(END)) {
    let start = index;
    while (start > from && OF_A_KEY.test(text[start - 1]!)) start -= 1;
    rest += `${text.slice(from, start)}${MASK}`;
    from = index + end.length;
  }
  return rest + text.slice(from);
}
