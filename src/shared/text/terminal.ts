/** Colours, titles and the like. An end that is missing is at the end of the text. */
const SEQUENCE = /\u001b\[[0-9;?]{0,100}[ -/]{0,20}[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)/g;

/** A text without what only a terminal reads: it may stand between the name of a secret and the secret. */
export function withoutTerminalSequences(text: string): string {
  return text.replace(SEQUENCE, '');
}
