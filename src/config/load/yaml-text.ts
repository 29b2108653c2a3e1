import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, YAMLError } from 'yaml';
import type { ConfigFile } from './config-file';
import { ConfigError } from './config-error';
import { isMapping } from './values';

type ErrorCode = YAMLError['code'];

/**
 * What each kind of syntax error says. The parser's own sentences are not used: some quote the text around the error,
 * which may be a secret.
 */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'this alias (*name) has no anchor (&name) before it',
  BAD_DIRECTIVE: 'unknown directive (a line that starts with %)',
  BAD_DQ_ESCAPE: 'unknown escape in "double quotes"; write \\\\ for a backslash or use \'single quotes\'',
  BAD_INDENT: 'wrong indentation',
  BAD_SCALAR_START: "a value cannot start with this character; put it in 'quotes'",
  BLOCK_AS_IMPLICIT_KEY: 'a mapping cannot start here; check the indentation, or put a value that holds ": " in quotes',
  BLOCK_IN_FLOW: 'an indented block cannot stand inside { } or [ ]',
  MISSING_CHAR: 'something is missing here: a quote, a bracket, a colon or a comma',
  MULTILINE_IMPLICIT_KEY: 'a key without its colon',
  MULTIPLE_ANCHORS: 'more than one anchor on a value',
  MULTIPLE_DOCS: 'a second document (---) begins here; expected one',
  MULTIPLE_TAGS: 'more than one tag on a value',
  NON_STRING_KEY: 'a key must be text',
  TAB_AS_INDENT: 'a tab in the indentation; use spaces',
  TAG_RESOLVE_FAILED: 'tags (!name) are not used here',
  BAD_COLLECTION_TYPE: 'tags (!name) are not used here',
};

/** The plain value of a configuration file. Throws `ConfigError` with one line for each line that is not YAML. */
export function parseYamlText({ label, text }: ConfigFile): Record<string, unknown> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) throw new ConfigError(describeErrors(label, text, errors, lineCounter));
  rejectPrototypeKeys(label, document, lineCounter);
  return expectMapping(
    label,
    toPlain(label, () => document.toJS()),
  );
}

function describeErrors(label: string, text: string, errors: YAMLError[], lineCounter: LineCounter): string[] {
  const byLine = new Map<number, string>();
  for (const error of errors) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    // What follows the first error of a line is nearly always its consequence.
    if (!byLine.has(line)) byLine.set(line, `${label}: line ${line}, column ${col}: ${sentence(error, text)}`);
  }
  return [...byLine.values()];
}

function sentence(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') return `duplicate key ${JSON.stringify(keyAt(text, error.pos[0]))}`;
  return `YAML syntax: ${SENTENCES[error.code] ?? 'this cannot be read'}`;
}

function keyAt(text: string, offset: number): string {
  return /^["']?([^"':\r\n]*)/.exec(text.slice(offset))?.[1]?.trim() ?? '';
}

/** Free mappings would drop such a key without a word. */
function rejectPrototypeKeys(label: string, document: Document, lineCounter: LineCounter): void {
  const lines: string[] = [];
  visit(document, {
    Pair(_index, { key }) {
      if (!isScalar(key) || key.value !== '__proto__') return;
      lines.push(`${label}: line ${lineCounter.linePos(key.range?.[0] ?? 0).line}: "__proto__" cannot be a key`);
    },
  });
  if (lines.length > 0) throw new ConfigError(lines);
}

function toPlain(label: string, convert: () => unknown): unknown {
  try {
    return convert();
  } catch {
    // The one thing that fails this late is a bomb of aliases within aliases.
    throw new ConfigError([`${label}: too many aliases (*name)`]);
  }
}

function expectMapping(label: string, value: unknown): Record<string, unknown> {
  if (isMapping(value)) return value;
  if (value === null || value === undefined)
    throw new ConfigError([`${label}: is empty; expected keys such as "hosts:"`]);
  throw new ConfigError([
    `${label}: expected keys such as "hosts:", got ${Array.isArray(value) ? 'a list' : 'a single value'}`,
  ]);
}
