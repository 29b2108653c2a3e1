import { TOPICS, TOPIC_NAMES } from '../../shared/topics/topics';
import { terminalWidth } from '../support/table';
import { wrap } from '../support/wrap';

const INDENT = 13;

/** The topics, what each says, and the commands of the document that it stands for. */
export function listTopics(json: boolean, width = terminalWidth()): string[] {
  if (json) return TOPIC_NAMES.map((topic) => JSON.stringify({ topic, ...TOPICS[topic] }));
  const topics = TOPIC_NAMES.flatMap((name) => {
    const { says, commands, canBeFollowed } = TOPICS[name];
    const follow = canBeFollowed ? '; --follow' : '';
    const first = wrap(`${name.padEnd(INDENT)}${says}${follow}`, INDENT, width);
    return [...first.split('\n'), ...commands.map((command) => `${' '.repeat(INDENT)}  ${command}`)];
  });
  return [...topics, '', 'halcyon commands <topic> --host <host> asks one; it only looks'];
}
