import { formatDuration } from '../../src/shared/text/durations';
import type { PlayedPage, PlayedScene } from './played';

/** Pages of one moment: what Slack shows at the left, PagerDuty's event at the right. */
interface Row {
  slack: PlayedPage[];
  pagerduty: PlayedPage[];
}

const GAP = '  │  ';
const NARROWEST = 40;
/** The channels of one message leave within this time of one another. */
const TOGETHER_MS = 60_000;

/** A scene for a terminal of so many columns. */
export function formatScene({ name, story, pages, outcome }: PlayedScene, columns: number): string {
  const width = Math.max(NARROWEST, Math.floor((columns - GAP.length) / 2));
  const rows = rowsOf(pages).flatMap(({ slack, pagerduty }) => [
    '─'.repeat(width * 2 + GAP.length),
    ...beside(
      slack.flatMap((page) => column(page, width)),
      pagerduty.flatMap((page) => column(page, width)),
      width,
    ),
  ]);
  return [`━━ ${name} ━━ (ends: ${outcome})`, ...wrap(`What really happens: ${story}`, columns), ...rows, ''].join(
    '\n',
  );
}

/** Of messages to several teams at once each gets a row; a message over two channels is one. */
export function rowsOf(pages: readonly PlayedPage[]): Row[] {
  const rows: Row[] = [];
  for (const page of pages) {
    const row = rows.find(({ slack, pagerduty }) => {
      const [other] = page.channel === 'slack' ? pagerduty : slack;
      const isFree = (page.channel === 'slack' ? slack : pagerduty).length === 0;
      return isFree && other !== undefined && isTogether(other, page);
    });
    if (row === undefined) {
      rows.push(page.channel === 'slack' ? { slack: [page], pagerduty: [] } : { slack: [], pagerduty: [page] });
    } else row[page.channel].push(page);
  }
  return rows;
}

function isTogether(a: PlayedPage, b: PlayedPage): boolean {
  return a.kind === b.kind && a.team === b.team && Math.abs(a.afterMs - b.afterMs) < TOGETHER_MS;
}

/** `+10 m  #platform-alerts (Platform), in the thread` */
export function heading({ afterMs, to, team, isReply }: PlayedPage): string {
  const at = formatDuration(Math.max(0, Math.round(afterMs / 1_000) * 1_000));
  return `+${at}  ${to} (${team})${isReply ? ', in the thread' : ''}`;
}

function column(page: PlayedPage, width: number): string[] {
  return [heading(page), '', ...wrap(page.title, width), ...page.lines.flatMap((line) => wrap(line, width))];
}

function beside(left: string[], right: string[], width: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
    `${(left[index] ?? '').padEnd(width)}${GAP}${right[index] ?? ''}`.trimEnd(),
  );
}

/** At spaces; a word that is too long by itself is cut. */
export function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    const joined = line === '' ? word : `${line} ${word}`;
    if (joined.length <= width) lines[lines.length - 1] = joined;
    else lines.push(...(word.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']));
  }
  return lines[0] === '' && lines.length > 1 ? lines.slice(1) : lines;
}
