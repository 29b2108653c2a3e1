import type { IncidentView } from '../../../shared/incident';
import type { Acknowledged, IncidentPage, Page } from '../../../shared/paging/escalation';

/** More tiers than any plan has, each by two channels. */
const MOST_OF_A_FIRING = 50;
const MOST = 200;

/** Those of a tier in place of what was said of it before. */
export function keptPages(known: Page[], tier: number, pages: Page[]): Page[] {
  return [...known.filter((page) => page.tier !== tier), ...pages].slice(-MOST_OF_A_FIRING);
}

/** The same over all firings of an incident: for each, people are called anew. */
export function keptOfAllFirings(
  known: IncidentPage[] = [],
  of: { tier: number; firing: number },
  pages: Page[],
): IncidentPage[] {
  const others = known.filter(({ tier, firing }) => tier !== of.tier || firing !== of.firing);
  return [...others, ...pages.map((page) => ({ ...page, firing: of.firing }))].slice(-MOST);
}

/** `acknowledged`: null where the last one has lapsed. */
export function withAcknowledged(
  known: Acknowledged[] = [],
  acknowledged: IncidentView['acknowledged'],
  at: string,
): Acknowledged[] {
  const last = known.at(-1);
  if (acknowledged !== null) return [...known, { ...acknowledged, at }].slice(-MOST);
  return last === undefined ? known : [...known.slice(0, -1), { ...last, endedAt: at }];
}
