const MAX_TEXT = 1_500;

/** Text of an incident's view: whatever somebody wrote into an alert or a log, cut to what people read. */
export function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)} … (${text.length - MAX_TEXT} characters more)`;
}
