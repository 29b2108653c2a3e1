import type { PageKind } from '../activities/control/types';
import type { Line, PageDetails } from './line';
import type { SentPage } from './scripted-pagers';
import type { VirtualTime } from './virtual-time';

/** Channels of one page leave within this time of one another. */
const TOGETHER_MS = 60_000;

/** One line for what a team hears at one moment, over all of its channels. */
export function pageLines(sent: readonly SentPage[], time: VirtualTime): Line[] {
  const groups: [SentPage, ...SentPage[]][] = [];
  for (const page of sent.filter(isHeard)) {
    const known = groups.find(([first]) => isSame(first, page) && apart(first, page) < TOGETHER_MS);
    if (known === undefined) groups.push([page]);
    else known.push(page);
  }
  return groups.map((group) => pageLine(group, time));
}

/** PagerDuty knows no questions and no notes. */
function isHeard({ channel, input }: SentPage): boolean {
  return channel === 'slack' || (input.page.kind !== 'asked' && input.page.kind !== 'note');
}

function isSame(a: SentPage, b: SentPage): boolean {
  return a.input.team.name === b.input.team.name && JSON.stringify(a.input.page) === JSON.stringify(b.input.page);
}

function apart(a: SentPage, b: SentPage): number {
  return Math.abs(Date.parse(a.at) - Date.parse(b.at));
}

function pageLine(group: [SentPage, ...SentPage[]], time: VirtualTime): Line {
  const [{ at, input }] = group;
  const { team, page } = input;
  const has = (channel: SentPage['channel']) => group.some((one) => one.channel === channel);
  const details: PageDetails = {
    tier: page.kind === 'tier' ? page.tier : null,
    senior: page.kind === 'tier' && page.senior,
    team: team.name,
    slack: has('slack') ? team.slackChannel : null,
    pagerduty: has('pagerduty') ? team.pagerdutyService : null,
  };
  const channels = [
    ...(details.slack === null ? [] : [`Slack ${details.slack}`]),
    ...(details.pagerduty === null ? [] : [`PagerDuty ${details.pagerduty}`]),
  ];
  const { head, tail } = words(page, time);
  const text = time.shownText(`${head} → ${team.name}: ${channels.join(', ')}${tail === '' ? '' : `; ${tail}`}`);
  return { at: time.shown(at), kind: page.kind === 'tier' ? 'page' : 'tells', text, page: details };
}

function words(page: PageKind, time: VirtualTime): { head: string; tail: string } {
  switch (page.kind) {
    case 'tier': {
      const marks = [...(page.senior ? ['senior'] : []), ...(page.collapsed ? ['late'] : [])];
      const mark = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
      return { head: `tier ${page.tier}${mark}`, tail: page.reason ?? '' };
    }
    case 'asked':
      return { head: `question: ${page.approval.subject.title}`, tail: `halcyon approve or reject` };
    case 'acknowledged':
      return { head: `${page.as} has it until ${time.shown(page.until).slice(11, 16)}`, tail: '' };
    case 'closed':
      return { head: `closed, ${page.outcome}`, tail: page.summary };
    case 'note':
      return { head: page.text, tail: '' };
  }
}
