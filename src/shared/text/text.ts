/** A text of at most `limit` characters, no half of a surrogate pair at its end. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** `Redis`, `Redis and PostgreSQL`, `a, b and c`. */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** `Restart KingFisher` within a sentence: `restart KingFisher`. Names such as `RabbitMQ` stay as they are. */
export function lowerFirst(text: string): string {
  return /^[A-Z][a-z]+(?![A-Za-z])/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}

/** `03:15 UTC` */
export function clock(iso: string): string {
  return `${iso.slice(11, 16)} UTC`;
}

/** `2026-11-23 03:15 UTC` */
export function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${clock(iso)}`;
}

/** `1 panel`, `2 panels` */
export function counted(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
