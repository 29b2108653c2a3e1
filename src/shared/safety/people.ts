import { isIncidentId } from '../ids';

/** Beside formats and marks of direction: what fills a place and is not seen. */
const UNSEEN = /[\p{Cf}\p{Cc}\p{Variation_Selector}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * Whether two names mean one person: `Anna`, ` anna`, `ａｎｎａ` and `anna@example.com` do. Names of another alphabet that only
 * look alike are two persons.
 */
export function isSamePerson(a: string, b: string): boolean {
  return plainName(a) === plainName(b);
}

/** The same for whoever may hold a lease: incidents are told by their exact ids. */
export function isSameOwner(a: string, b: string): boolean {
  return a === b || (!isIncidentId(a) && !isIncidentId(b) && isSamePerson(a, b));
}

/** Whether a name says nothing: it is empty, or nothing of it can be seen. */
export function isNobody(name: string): boolean {
  return plainName(name) === '';
}

/** The name as it is compared, without its domain; never shown. */
function plainName(name: string): string {
  const seen = name.normalize('NFKC').replace(/\s+/g, ' ').replace(UNSEEN, '').replace(/ +/g, ' ');
  // By way of capitals: some small letters have two forms.
  const folded = seen.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
  return folded.replace(/@.*$/, '').trim();
}
