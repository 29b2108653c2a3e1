import type { SettingValue } from '../../shared/safety/lease';
import { HostError } from '../errors';
import { kindOf } from './limits';
import type { SettingLimits } from '../agent-settings';
import { readAssignments } from './environment-lines';
import type { TextFormat } from './store';

/** What needs no quotes and means the same to systemd, a shell and everybody else. */
const PLAIN = /^[A-Za-z0-9_.,:/@%+-]*$/;

interface Place {
  /** Of the value, without its quotes. */
  start: number;
  end: number;
  text: string;
}

/** A variable of an environment file: lines `NAME=value`. What systemd and a shell might read differently is malformed. */
export function createEnvironmentFormat(variable: string, limits: SettingLimits): TextFormat {
  return {
    find(text) {
      const place = locate(text, variable);
      if (place === undefined || typeof place === 'string') return place;
      const value = parseValue(place.text, limits);
      return value === undefined ? `${variable} is no ${kindOf(limits)}` : { value };
    },
    change(text, value) {
      const place = locate(text, variable);
      if (place === undefined || typeof place === 'string' || !PLAIN.test(String(value))) {
        throw new HostError('UnsafeSelector', `${variable} cannot be changed to that; nothing was changed`);
      }
      return `${text.slice(0, place.start)}${String(value)}${text.slice(place.end)}`;
    },
  };
}

function locate(text: string, variable: string): Place | string | undefined {
  const { assignments, unclearFrom } = readAssignments(text);
  const own = assignments.filter(({ name }) => name === variable);
  const unclear = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${variable}[ \\t]*=`, 'm').test(text.slice(unclearFrom));
  if (unclear) return `${variable} stands in or below a line with a quote or a backslash that may go on`;
  const [found] = own;
  if (found === undefined) return undefined;
  if (own.length > 1) return `${variable} is set ${own.length} times`;
  const { start, end, isSpaced } = found;
  if (end === text.length) return `the line of ${variable} does not end`;
  const [, quote, inner] = /^(["']?)(.*?)\1[ \t\r]*$/.exec(text.slice(start, end)) ?? [];
  if (quote === undefined || inner === undefined || !PLAIN.test(inner) || isSpaced) {
    return `${variable} is not written plainly`;
  }
  const from = start + quote.length;
  return { start: from, end: from + inner.length, text: inner };
}

function parseValue(text: string, limits: SettingLimits): SettingValue | undefined {
  const kind = kindOf(limits);
  if (kind === 'string') return text;
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : undefined;
}
