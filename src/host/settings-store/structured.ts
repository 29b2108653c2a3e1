import { isScalar, parseDocument } from 'yaml';
import type { Document, Scalar } from 'yaml';
import { isDeepStrictEqual } from 'node:util';
import type { SettingValue } from '../../shared/safety/lease';
import { HostError } from '../errors';
import type { TextFormat } from './store';

type Value = { value: SettingValue };

/** All that has one meaning to every reader of JSON and YAML, and one way to be written. */
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * A scalar of a JSON or YAML file. Only the scalar's own characters are replaced: comments, order and layout stay as
 * they are, byte for byte, and it keeps its quotes. JSON is read by the rules of JSON, and placed by YAML's, of which it is
 * a part. What would not be the same again after a change was undone, or is read in two ways (`010`, `yes`), is malformed.
 */
export function createStructuredFormat(format: 'json' | 'yaml', path: readonly string[]): TextFormat {
  return { find, change };

  function find(text: string): Value | string | undefined {
    const read = parse(text);
    if (typeof read === 'string') return read;
    if (!read.hasIn(path)) return undefined;
    const node = scalarAt(read);
    if (node === undefined) return `${path.join('.')} is no plain value`;
    const { value } = node;
    const isValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (!isValue) return `${path.join('.')} is no number, text, true or false`;
    if (text.slice(...placeOf(node)) === write(value, node)) return { value };
    return `${path.join('.')} is not written plainly (such as 8, 0.5, true, or a text in quotes)`;
  }

  function change(text: string, value: SettingValue): string {
    const before = parse(text);
    const node = typeof before === 'string' ? undefined : scalarAt(before);
    if (typeof before === 'string' || typeof find(text) !== 'object' || node === undefined) {
      throw cannot('its place in the file was not found');
    }
    const written = write(value, node);
    if (written === undefined) throw cannot('the value cannot be written as the one that is there');
    const [start, end] = placeOf(node);
    const changed = `${text.slice(0, start)}${written}${text.slice(end)}`;
    const after = parse(changed);
    if (typeof after === 'string') throw cannot(after);
    // An anchor would change other keys too.
    if (!isDeepStrictEqual(copyOf(after), withValue(copyOf(before), path, value)))
      throw cannot('the file would change elsewhere too');
    return changed;
  }

  function parse(text: string): Document.Parsed | string {
    if (text.trim() === '') return 'it is empty';
    // The parsers' own words quote the file, which may hold secrets.
    if (format === 'json' && !isJson(text)) return 'it is no valid JSON';
    const document = parseDocument(text, { prettyErrors: false, stringKeys: true });
    const [error] = document.errors;
    return error === undefined ? document : `it is no valid YAML (${error.code} at character ${error.pos[0]})`;
  }

  function scalarAt(document: Document.Parsed): Scalar.Parsed | undefined {
    const node = document.getIn(path, true);
    return isScalar(node) ? (node as Scalar.Parsed) : undefined;
  }

  function cannot(reason: string): HostError {
    return new HostError('UnsafeSelector', `${path.join('.')} cannot be changed: ${reason}; nothing was changed`);
  }
}

function placeOf({ range }: Scalar.Parsed): [number, number] {
  return [range[0], range[1]];
}

/** How a value stands in the place of this one, with its quotes; `undefined` where it cannot. */
function write(value: SettingValue, { type, tag }: Scalar.Parsed): string | undefined {
  if (tag !== undefined) return undefined;
  const text = String(value);
  switch (type) {
    case 'QUOTE_DOUBLE':
      return typeof value === 'string' ? JSON.stringify(value) : undefined;
    case 'QUOTE_SINGLE':
      return typeof value === 'string' && /^[^'\p{Cc}]*$/u.test(value) ? `'${value}'` : undefined;
    case 'PLAIN':
      if (typeof value === 'number') return PLAIN_NUMBER.test(text) ? text : undefined;
      return isReadAs(text, value) ? text : undefined;
    default:
      return undefined;
  }
}

/** By the readers of both versions of YAML, which do not agree on `yes`, `010`, `1:30`, dates and others. */
function isReadAs(text: string, value: SettingValue): boolean {
  return (['1.1', '1.2'] as const).every((version) => {
    const { contents, errors } = parseDocument(text, { version, prettyErrors: false });
    return errors.length === 0 && isScalar(contents) && contents.value === value;
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What an anchor shares is one object only until it is copied. */
function copyOf(document: Document.Parsed): unknown {
  return JSON.parse(JSON.stringify(document.toJS()));
}

function withValue(root: unknown, path: readonly string[], value: SettingValue): unknown {
  let at = root as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1)!] = value;
  return root;
}
