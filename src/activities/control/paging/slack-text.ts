import type { Fact } from '../../../shared/paging/escalation';
import { cut } from '../../../shared/text/text';
import type { PageMessage } from './page-message';

/** Blocks and fallback of chat.postMessage. */
export interface SlackText {
  text: string;
  blocks: { type: 'section'; text: { type: 'mrkdwn'; text: string; verbatim: true } }[];
}

/** Slack refuses a longer text in a section. */
const MAX_SECTION = 3_000;
/** Slack cuts a longer fallback; notifications show far less. */
const MAX_TEXT = 3_000;

/** A message as Slack shows it. */
export function slackText(message: PageMessage): SlackText {
  const head = `*${escapeSlack(message.title)}*`;
  const facts = message.facts.map(factText);
  const commands = message.commands.map(inCode);
  const links = message.links.map(({ name, url }) => `<${escapeUrl(url)}|${escapeSlack(name)}>`).join(' · ');
  const sections = [head, facts.join('\n'), [...message.asks.map(escapeSlack), ...commands].join('\n'), links];
  return {
    text: cutEscaped(escapeSlack(message.title), MAX_TEXT),
    blocks: sections
      .filter((text) => text !== '')
      .map((text) => ({
        type: 'section',
        text: { type: 'mrkdwn', text: cutEscaped(text, MAX_SECTION), verbatim: true },
      })),
  };
}

/** What has several lines is a list below its name. */
function factText({ name, lines, commands = [] }: Fact): string {
  const texts = [...lines.map(escapeSlack), ...commands.map(inCode)];
  return `*${escapeSlack(name)}:* ${texts.length === 1 ? texts.join('') : texts.map((text) => `\n• ${text}`).join('')}`;
}

/** Text from alerts: no control sequence of Slack, no mention, one line. */
export function escapeSlack(text: string): string {
  return oneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@(?=\w)/g, '@\u2060')
    .replace(/[*_~`]/g, (mark) => `\u2060${mark}\u2060`);
}

function inCode(command: string): string {
  return `\`${escapeCode(command)}\``;
}

/** Inside of backticks nothing is a mention, and what is copied must stay as it is. */
function escapeCode(text: string): string {
  return oneLine(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/`/g, "'");
}

function escapeUrl(url: string): string {
  return url.replace(/&/g, '&amp;').replace(/[<>|]/g, encodeURIComponent);
}

function oneLine(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '\u00b7');
}

/** Cut so that no entity is left in halves. */
function cutEscaped(text: string, limit: number): string {
  return cut(text, limit).replace(/&[a-z]{0,4}…$/, '…');
}
