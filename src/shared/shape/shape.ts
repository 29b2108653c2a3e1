/**
 * What a message must be like, as a function that gives its value in that shape or says what is wrong with it. A shape reads
 * whatever JSON can hold: it looks at what it names and copies that, so that nothing else gets in.
 */
export type Shape<T> = (value: unknown, place: string) => T;

/** What was read, or what is wrong: `pages[2].at: expected an ISO 8601 time, got 12`. */
export type Reading<T> = { ok: true; value: T } | { ok: false; problem: string };

/** For shapes only: `read` turns it into a problem. */
class Malformed extends Error {}

const MAX_SHOWN = 80;

/** Reads `value`; whatever it is, this does not throw. */
export function read<T>(shape: Shape<T>, value: unknown): Reading<T> {
  try {
    return { ok: true, value: shape(value, '') };
  } catch (err) {
    if (err instanceof Malformed) return { ok: false, problem: err.message };
    throw err;
  }
}

/** For a caller that tells people what is wrong. @throws Error with the problem */
export function required<T>(shape: Shape<T>, value: unknown): T {
  const reading = read(shape, value);
  if (reading.ok) return reading.value;
  throw new Error(reading.problem);
}

/** For a shape: `place` holds something else than `expected`. */
export function malformed(place: string, expected: string, value: unknown): Error {
  return new Malformed(`${place === '' ? '' : `${place}: `}expected ${expected}, got ${shown(value)}`);
}

/** A value in so few characters that it fits into a line. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN)) : String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`;
}

/** The shape of each field; one that may be missing is an `optional`. Fields that are not named are left out. */
export type Fields<T> = { [K in keyof T]-?: Shape<T[K]> };

export function object<T extends object>(fields: Fields<T>): Shape<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, place) => {
    const given = mapping(value, place, 'an object');
    const entries = names.flatMap((name) => {
      const field = fields[name](own(given, name), place === '' ? name : `${place}.${name}`);
      return field === undefined ? [] : [[name, field] as const];
    });
    return Object.fromEntries(entries) as T;
  };
}

/** One of several objects, told apart by their field `kind`. */
export function byKind<T extends { kind: string }>(shapes: {
  [K in T['kind']]: Fields<Omit<Extract<T, { kind: K }>, 'kind'>>;
}): Shape<T> {
  const kinds = Object.keys(shapes) as T['kind'][];
  const kindOf = oneOf(...kinds);
  const shapeOf = Object.fromEntries(kinds.map((kind) => [kind, object(shapes[kind])])) as Record<
    string,
    Shape<object>
  >;
  return (value, place) => {
    const kind = kindOf(own(mapping(value, place, 'an object'), 'kind'), place === '' ? 'kind' : `${place}.kind`);
    return { kind, ...shapeOf[kind]!(value, place) } as unknown as T;
  };
}

/** Names of the sender's choice; `__proto__` is none. */
export function record<T>(item: Shape<T>, max: number): Shape<Record<string, T>> {
  return (value, place) => {
    const entries = Object.entries(mapping(value, place, 'an object')).filter(([name]) => name !== '__proto__');
    if (entries.length > max) throw malformed(place, `at most ${max} entries`, entries.length);
    return Object.fromEntries(entries.map(([name, one]) => [name, item(one, `${place}.${name.slice(0, MAX_SHOWN)}`)]));
  };
}

export function list<T>(item: Shape<T>, max: number): Shape<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw malformed(place, 'a list', value);
    if (value.length > max) throw malformed(place, `at most ${max} of them`, value);
    return value.map((one, index) => item(one, `${place}[${index}]`));
  };
}

/** Missing, or null in the place of it. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, place) => (value === undefined || value === null ? undefined : shape(value, place));
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, place) => (value === null ? null : shape(value, place));
}

export function oneOf<T extends string>(...values: T[]): Shape<T> {
  const expected = values.map((value) => `"${value}"`).join(' or ');
  return (value, place) => {
    if (values.includes(value as T)) return value as T;
    throw malformed(place, expected, value);
  };
}

/** One of two, as `isFirst` says: what is wrong is told of that one. */
export function either<A, B>(first: Shape<A>, second: Shape<B>, isFirst: (value: unknown) => boolean): Shape<A | B> {
  return (value, place) => (isFirst(value) ? first(value, place) : second(value, place));
}

function mapping(value: unknown, place: string, expected: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(place, expected, value);
  return value;
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
