import type { IncidentView } from '../../incident';
import { CHANNEL_NAMES } from '../../paging/escalation';
import type { IncidentPage } from '../../paging/escalation';
import { roughDuration } from '../../text/durations';
import { clock, cut, listed } from '../../text/text';
import type { Item } from '../reviewed';

const TOLD = 3;
const MAX_REASON = 100;

/** I.8: when who was called, when somebody had it, and what reached nobody. */
export const escalation: Item = ({ view }) => {
  const named = { key: 'escalation', cite: 'I.8', title: 'Review escalation effectiveness' };
  const { pages = [], tier } = view;
  if (tier === 0 && pages.length === 0) return { ...named, state: 'known', detail: 'nobody was paged' };
  const doubts = [...undelivered(pages), ...unheard(view)];
  const detail = [paged(view), acknowledged(view), ...doubts].filter((text) => text !== '').join('; ');
  return { ...named, state: doubts.length > 0 ? 'open' : 'known', detail };
};

/** `paged 03:10 UTC, 10 m after the alert began: tier 1, Trading AI by Slack and PagerDuty` */
function paged({ pages = [], tier, startsAt }: IncidentView): string {
  const [first] = [...pages].sort((a, b) => (a.at < b.at ? -1 : 1));
  if (first === undefined) return `tier ${tier} was paged`;
  const tiers = [...new Set(pages.map((page) => page.tier))].sort((a, b) => a - b).map((one) => tierText(one, pages));
  return `paged ${clock(first.at)}, ${since(startsAt, first.at)} after the alert began: ${tiers.join('; ')}`;
}

function tierText(tier: number, pages: IncidentPage[]): string {
  const of = pages.filter((page) => page.tier === tier);
  const ways = [...new Set(of.map(({ channel }) => CHANNEL_NAMES[channel]))];
  return `tier ${tier}, ${listed([...new Set(of.map(({ teamName }) => teamName))])} by ${listed(ways)}`;
}

function acknowledged({ acknowledgements = [], pages = [] }: IncidentView): string {
  const [first] = acknowledgements;
  if (first === undefined) return 'nobody acknowledged it before it was over';
  const [page] = pages.map(({ at }) => at).sort();
  const after = page === undefined || page > first.at ? '' : `, ${since(page, first.at)} after the first page`;
  return `acknowledged by ${first.as} at ${clock(first.at)}${after}`;
}

function undelivered(pages: IncidentPage[]): string[] {
  const lost = pages.filter(({ delivered }) => !delivered);
  if (lost.length === 0) return [];
  const told = lost
    .slice(0, TOLD)
    .map(({ teamName, channel, detail }) => `${CHANNEL_NAMES[channel]} of ${teamName} (${cut(detail, MAX_REASON)})`);
  const left = lost.length > TOLD ? ` and ${lost.length - TOLD} more` : '';
  return [`NOT DELIVERED: ${told.join(', ')}${left}`];
}

/** Nobody answered before the next were called, or at all. */
function unheard({ tier, acknowledgements = [], pages = [] }: IncidentView): string[] {
  if (tier < 2) return [];
  const [first] = acknowledgements;
  if (first === undefined) return [`${tier} tiers were called, and nobody answered`];
  const called = pages.filter(({ at, tier: of }) => of > 1 && at <= first.at).length;
  return called > 0 ? ['the first tier did not answer before the next one was called'] : [];
}

function since(from: string, to: string): string {
  return roughDuration(Math.max(0, Date.parse(to) - Date.parse(from)));
}
