/**
 * The variables of an environment file as systemd reads it: `NAME=value` lines, `#` and `;` comments, quotes, backslashes.
 * A line that is none of these is skipped, as systemd does.
 */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < text.length;) {
    const start = /[ \t]*/y;
    start.lastIndex = at;
    at += start.exec(text)![0].length;
    const end = endOfLine(text, at);
    const [, name] = /^([A-Za-z_][A-Za-z0-9_]*)[ \t]*=/.exec(text.slice(at, end)) ?? [];
    if (name === undefined) {
      at = end + 1;
      continue;
    }
    const value = readValue(text, text.indexOf('=', at) + 1);
    found[name] = value.text;
    at = value.end + 1;
  }
  return found;
}

/** Words as systemd prints a list of them: separated by spaces, those with odd characters in quotes. */
export function parseWords(text: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text[at]!)) at++;
    else {
      const word = readWord(text, at);
      words.push(word.text);
      at = word.end;
    }
  }
  return words;
}

interface Read {
  text: string;
  end: number;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** Up to the end of its line, which quotes and a final backslash carry on. Blanks around it do not count. */
function readValue(text: string, from: number): Read {
  let value = '';
  /** Up to here blanks count: they were quoted. */
  let kept = 0;
  let at = from;
  while (at < text.length && text[at] !== '\n') {
    const character = text[at]!;
    if (character === '"' || character === "'") {
      const quoted = readQuoted(text, at);
      value += quoted.text;
      kept = value.length;
      at = quoted.end;
    } else if (character === '\\') {
      if (text[at + 1] !== '\n') value += text[at + 1] ?? '';
      kept = value.length;
      at += 2;
    } else {
      if (value !== '' || !/\s/.test(character)) value += character;
      at++;
    }
  }
  return { text: value.slice(0, kept) + value.slice(kept).trimEnd(), end: at };
}

function readWord(text: string, from: number): Read {
  let word = '';
  let at = from;
  while (at < text.length && !/\s/.test(text[at]!)) {
    // $'…' is how a shell writes what has control characters.
    const quoted = /^\$?(["'])((?:\\[\s\S]|(?!\1)[^\\])*)\1/.exec(text.slice(at));
    if (quoted !== null) {
      word += unescape(quoted[2]!);
      at += quoted[0].length;
    } else if (text[at] === '\\') {
      word += text[at + 1] ?? '';
      at += 2;
    } else word += text[at++]!;
  }
  return { text: word, end: at };
}

/** Nothing is special within single quotes; within double ones a backslash before `"`, `\`, `$` and a back-tick. */
function readQuoted(text: string, from: number): Read {
  const quote = text[from]!;
  let inner = '';
  let at = from + 1;
  while (at < text.length && text[at] !== quote) {
    const next = text[at + 1];
    if (quote === '"' && text[at] === '\\' && next !== undefined && '"\\`$\n'.includes(next)) {
      inner += next === '\n' ? '' : next;
      at += 2;
    } else inner += text[at++]!;
  }
  return { text: inner, end: at + 1 };
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' };

/** As C writes characters: `\t`, `\x1b`, `\033`. */
function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|([\s\S]))/g, (_, hex, octal, one: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex as string, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal as string, 8));
    return ESCAPES[one] ?? one;
  });
}
