import type { PageKind } from '../activities/control/types';
import type { Line, PageDetails } from './line';
import type { SentPage } from './script/scripted-pagers';
import type { VirtualTime } from './time/virtual-time';

/** Channels of one page leave within this time of one another. */
const TOGETHER_MS = 60_000;

/** One line for what a team hears at one moment, over all of its channels. */
export function pageLines(sent: readonly SentPage[], time: VirtualTime): Line[] {
  const groups: [SentPage, ...SentPage[]][] = [];
  for (const page of sent.filter(isHeard)) {
    const known = groups.find(([first]) => first.input.team.name === page.input.team.name && isTogether(first, page));
    if (known === undefined) groups.push([page]);
    else known.push(page);
  }
  const teams = [...new Set(sent.map(({ input }) => input.team.name))];
  // The same message to several teams leaves at the same moment, in no order of its own.
  const begins = (group: SentPage[]) => groups.find(([first]) => isTogether(first, group[0]!))![0].at;
  return groups
    .map((group) => ({
      line: { ...pageLine(group, time), at: time.shown(begins(group)) },
      team: teams.indexOf(group[0].input.team.name),
    }))
    .sort((a, b) => (a.line.at === b.line.at ? a.team - b.team : a.line.at < b.line.at ? -1 : 1))
    .map(({ line }) => line);
}

/** PagerDuty knows no notes. */
function isHeard({ channel, input }: SentPage): boolean {
  return channel === 'slack' || input.page.kind !== 'note';
}

/** One message, whoever it goes to. */
function isTogether(a: SentPage, b: SentPage): boolean {
  const isSame = JSON.stringify(a.input.page) === JSON.stringify(b.input.page);
  return isSame && Math.abs(Date.parse(a.at) - Date.parse(b.at)) < TOGETHER_MS;
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
      const marks = [
        ...(page.senior ? ['senior'] : []),
        ...(page.collapsed ? ['late'] : []),
        ...(page.urgency === 'low' ? ['low urgency'] : []),
      ];
      const mark = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
      return { head: `tier ${page.tier}${mark}`, tail: page.reason ?? '' };
    }
    case 'asked':
      return { head: `question: ${page.approval.subject.title}`, tail: `halcyon approve or reject` };
    case 'acknowledged':
      return { head: `${page.as} has it until ${time.shown(page.until).slice(11, 16)}`, tail: '' };
    case 'closed':
      return { head: `closed, ${page.outcome}`, tail: page.summary };
    case 'monitoring':
      return { head: 'a fault of monitoring (low urgency)', tail: '' };
    case 'test':
    case 'testOver':
      return { head: 'a test page', tail: '' };
    case 'note':
      return { head: page.text, tail: '' };
    case 'report':
      return { head: page.title, tail: '' };
  }
}
