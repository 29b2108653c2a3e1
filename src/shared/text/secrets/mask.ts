import { maskEncoded } from './encoded';
import { headerRules } from './headers';
import { issuedRules } from './issued';
import { namedRules } from './named';
import { maskPrivateKeys } from './private-keys';
import { programRules } from './programs';
import type { Rules } from './rule';
import { urlRules } from './urls';

export { MASK } from './rule';

/** In this order: what tells more of a text comes first, so that most of what is no secret stays. */
const RULES: Rules[] = [urlRules, headerRules, programRules, namedRules, issuedRules];

/** Masks what looks like a secret. Give it a bounded text: it costs time by length. */
export function maskSecrets(text: string): string {
  return maskEncoded(maskPlain(text), maskPlain);
}

function maskPlain(text: string): string {
  return RULES.reduce(apply, maskPrivateKeys(text));
}

function apply(text: string, { hint, rules }: Rules): string {
  if (!hint.test(text)) return text;
  return rules.reduce((rest, { pattern, by }) => rest.replace(pattern, by), text);
}
