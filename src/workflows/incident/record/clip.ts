const MAX_TEXT = 1_500;

/** Text of an incident's view: whatever somebody wrote into an alert or a log, cut to what people read. */
export function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)} … (${text.length - MAX_TEXT} characters more)`;
}

/** A value as it is; one that takes more room than people read is its beginning, as text. */
export function bounded(value: unknown): unknown {
  const json = JSON.stringify(value) ?? 'null';
  return json.length <= MAX_TEXT ? value : clip(json);
}
