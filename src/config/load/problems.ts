import type { z } from 'zod';
import { formatKeyPath } from './key-path';
import { nearest } from './nearest';
import { hasReference } from './references';
import { keysAt, secrecyAt } from './schema-walk';
import { maskArguments } from '../../shared/text/secrets/arguments';
import { maskSecrets } from '../../shared/text/secrets/mask';
import { isMapping, valueAt } from './values';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** What a problem's lines need to know. */
export interface ProblemContext {
  schema: z.core.$ZodType;
  /** The file as written: references not replaced, so that no value of the environment is printed. */
  written: unknown;
  /** Start of the line for a key path: the file's name, or the environment variable that overrode the key. */
  place(path: readonly PropertyKey[]): string;
}

const TYPES: Record<string, string> = {
  object: 'a mapping of keys',
  record: 'a mapping of keys',
  array: 'a list',
  tuple: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};
const LONGEST_VALUE = 60;

/** What zod should say where the schema has no words of its own. */
export function defaultMessage(issue: RawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `expected ${TYPES[String(issue.expected)] ?? 'another type'}`;
  if (issue.code === 'invalid_value')
    return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  return undefined;
}

/** The lines of one issue; several for several unknown keys. */
export function issueLines(issue: Issue, context: ProblemContext): string[] {
  const line = (path: PropertyKey[], text: string) => `${context.place(path)}: ${text}`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => line([...issue.path, key], unknownKey(key, issue.path, context)));
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? 'expected another name';
    return [line(issue.path, `${expected}, got ${quote(String(issue.path.at(-1)))}`)];
  }
  return [line(issue.path, withGot(issue, context))];
}

/** Keys that were there, and what says it now. */
const MOVED: Record<string, string> = {
  'agent.recovery':
    'what a host is stands under agent.kingfisher, agent.dependencies and agent.backup, ' +
    'and agent.allow says whether a full recovery may run',
};

function unknownKey(key: string, path: PropertyKey[], { schema }: ProblemContext): string {
  const moved = MOVED[formatKeyPath([...path, key])];
  if (moved !== undefined) return `unknown key; ${moved}`;
  // A key of another alternative (manager: systemd or process) is not a mistyped one.
  const meant = nearest(
    key,
    keysAt(schema, path).filter((known) => known !== key),
  );
  return meant === undefined ? 'unknown key' : `unknown key; did you mean ${JSON.stringify(meant)}?`;
}

function withGot(issue: Issue, { schema, written }: ProblemContext): string {
  // Sentences that do not say what they expect are about several keys together: there is no one value to show.
  if (!issue.message.startsWith('expected ')) return issue.message;
  const value = valueAt(written, issue.path);
  if (value === undefined) return `missing; ${issue.message}`;
  const hidden =
    secrecyAt(schema, issue.path) !== undefined || expectsSeveral(issue) || isSecretArgument(written, issue.path);
  return `${issue.message}, got ${hidden ? typeOf(value) : describe(value)}`;
}

/** A single value in place of a mapping or list may be one of the secrets that belong inside it. */
function expectsSeveral(issue: Issue): boolean {
  return issue.code === 'invalid_type' && ['object', 'record', 'array', 'tuple'].includes(issue.expected);
}

/** What follows `--password` in a list, also where it is no text. */
function isSecretArgument(written: unknown, path: readonly PropertyKey[]): boolean {
  const list = valueAt(written, path.slice(0, -1));
  const at = path.at(-1);
  if (!Array.isArray(list) || typeof at !== 'number') return false;
  const words = list.slice(0, at + 1).map(String);
  return maskArguments(words)[at] !== words[at];
}

function describe(value: unknown): string {
  if (hasReference(value)) return `the value of ${quote(value)}`;
  if (typeof value === 'string') return quote(maskSecrets(value));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeOf(value);
}

function typeOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping of keys';
  return TYPES[typeof value] ?? 'something else';
}

function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text);
}

/** `halcyon.yaml: intake.port`. */
export function placeInFile(file: string, path: readonly PropertyKey[]): string {
  return path.length === 0 ? file : `${file}: ${formatKeyPath(path)}`;
}
