import { formatLine } from './line';
import type { Line } from './line';

/** Lines for people: one a day where it passes midnight, and what is said twice in a minute once. */
export function formatLines(lines: readonly Line[]): string[] {
  const printed: { text: string; times: number }[] = [];
  let day = lines[0]?.at.slice(0, 10);
  for (const line of lines) {
    const today = line.at.slice(0, 10);
    if (today !== day) printed.push({ text: formatLine({ at: `${today}T00:00`, kind: 'day', text: today }), times: 1 });
    day = today;
    const text = formatLine(line);
    const known = printed.findLast((other) => other.text === text);
    if (known === undefined) printed.push({ text, times: 1 });
    else known.times += 1;
  }
  return printed.map(({ text, times }) => (times === 1 ? text : `${text} (×${times})`));
}
