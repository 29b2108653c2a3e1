/** How a secret is written where something before it says that it is one: sources of patterns. */

/** In quotes, escaped ones too, over several lines too; `'it''s'` is one. `prefix` keeps apart what one pattern has twice. */
export function quoted(prefix = 'q'): string {
  return String.raw`(?:[bu]?(?<${prefix}>\\*["'])(?:(?!\k<${prefix}>)(?:\\[\s\S]|[^\\])){0,4000}\k<${prefix}>)+`;
}

/** The quotes were cut off with the rest of the line. */
const UNCLOSED = String.raw`\\*["'][^\n]{0,4000}`;

/** What ends a value, unless more of the value follows: `a,b` is one, `a, b` and `a,b=c` are two. */
const WITHIN = String.raw`[,;}\])>](?![\w.-]{0,40}\\*["']?[^\S\n]*[=:])(?=[\w!@#$%^*+/~?.-])`;
const PLAIN = String.raw`[^\s"'\\,;&}\])>\u0000]|\\(?![nr"'])[^\n]|["'](?=\w)|${WITHIN}`;
/** No values, but words and references. */
const NOTHING = String.raw`(?!(?:null|none|nil|true|false|undefined)(?![\w-])|\$\{\w+\}|[[{(](?:["'\s]|$))`;

/** Without quotes. */
export const BARE = String.raw`${NOTHING}(?!["'])(?:${PLAIN})+`;

/** However it is written. */
export const VALUE = String.raw`(?:${quoted()}|${UNCLOSED}|${BARE})`;

/** As in a sentence: letters and digits, so that it is no word and no number. */
export const SPOKEN = String.raw`(?=[^\s"'=/,;:\d]{0,100}\d)(?=[^\s"'=/,;:a-z]{0,100}[a-z])[^\s"'=/,;:]{6,200}(?![^\s"',;:])`;
