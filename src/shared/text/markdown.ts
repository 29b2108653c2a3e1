/** Text that came from outside (labels, logs, error messages), safe inside a Markdown table cell: one line, no markup. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ⏎ ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\u00b7')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~!]/g, '\\$&');
}

/** What people copy, such as a command: inside of backticks nothing is markup, and what is copied stays as it is. */
export function inlineCode(text: string): string {
  return `\`${text.replace(/[`\p{Cc}\p{Cf}\u2028\u2029]/gu, '·')}\``;
}
