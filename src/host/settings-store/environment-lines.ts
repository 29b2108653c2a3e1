/** `NAME=…`, from its value's first character to the end of its last line. */
export interface Assignment {
  name: string;
  start: number;
  end: number;
  /** Blanks are before the `=`: systemd takes that, and a shell does not. */
  isSpaced: boolean;
}

export interface Assignments {
  assignments: Assignment[];
  /** Where systemd and a shell may see different lines from, because one of them sees a quote that the other does not. */
  unclearFrom: number;
}

const BEFORE_VALUE = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)([ \t]*)=/;
const COMMENT = /^[ \t]*[#;]/;
/** A whole value in quotes, which may go over many lines. */
const QUOTED = /(?:"(?:[^"\\]|\\[^])*"|'[^']*')[ \t\r]*(?=\n|$)/y;
/** Quotes that are closed on their line, for whoever heeds them; no backslash at its end. */
const CLOSED = /^(?:[^"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')*$/;

/**
 * The assignments of an environment file, as far as systemd and a shell agree on its lines. What is within the quotes of
 * another variable is none.
 */
export function readAssignments(text: string): Assignments {
  const assignments: Assignment[] = [];
  for (let at = 0; at < text.length;) {
    const line = text.slice(at, endOfLine(text, at));
    const [before, name, blanks] = COMMENT.test(line) ? [] : (BEFORE_VALUE.exec(line) ?? []);
    const start = at + (before?.length ?? 0);
    const end = COMMENT.test(line) ? endOfComment(line, at) : endOfValue(text, start);
    if (end === undefined) return { assignments, unclearFrom: at };
    if (name !== undefined) assignments.push({ name, start, end, isSpaced: blanks !== '' });
    at = end + 1;
  }
  return { assignments, unclearFrom: text.length };
}

/** Newer ones of systemd end a comment with its line, older ones do not where it ends in a backslash. */
function endOfComment(line: string, at: number): number | undefined {
  return line.endsWith('\\') ? undefined : at + line.length;
}

function endOfValue(text: string, from: number): number | undefined {
  QUOTED.lastIndex = from;
  const quoted = QUOTED.exec(text);
  if (quoted !== null) return from + quoted[0].length;
  const end = endOfLine(text, from);
  return CLOSED.test(text.slice(from, end)) ? end : undefined;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
