import { byKind, list, nullable, object, optional, read, record, required } from '../../../../src/shared/shape/shape';
import { duration, flag, name, scalar, text, time, whole, words } from '../../../../src/shared/shape/values';

interface Person {
  as: string;
  age?: number;
}

const person = object<Person>({ as: words, age: optional(whole(0, 150)) });

describe('an object', () => {
  it('is copied field by field: nothing else gets in', () => {
    const given = JSON.parse('{"as":"anna","age":null,"more":1,"__proto__":{"admin":true}}') as unknown;
    const reading = read(person, given);
    expect(reading).toEqual({ ok: true, value: { as: 'anna' } });
    expect(Object.getPrototypeOf((reading as { value: object }).value)).toBe(Object.prototype);
  });

  it.each([
    [undefined, 'expected an object, got nothing'],
    [null, 'expected an object, got null'],
    [['anna'], 'expected an object, got a list of 1'],
    [{}, 'as: expected some text, got nothing'],
    [Object.create({ as: 'inherited' }), 'as: expected some text, got nothing'],
    [{ as: 12 }, 'as: expected some text, got 12'],
    [{ as: ' ' }, 'as: expected some text, got " "'],
    [{ as: 'x'.repeat(501) }, 'as: expected at most 500 characters, got 501'],
    [{ as: 'anna', age: 1.5 }, 'age: expected a whole number from 0 to 150, got 1.5'],
    [{ as: 'anna', age: {} }, 'age: expected a whole number from 0 to 150, got an object'],
  ])('%j is refused by name and value', (given, problem) => {
    expect(read(person, given)).toEqual({ ok: false, problem });
    expect(() => required(person, given)).toThrow(problem);
  });
});

it('a list and a record are bounded, and say which of them is wrong', () => {
  const both = object<{ people: Person[]; ages: Record<string, number> }>({
    people: list(person, 2),
    ages: record(whole(0, 150), 2),
  });
  const right = { people: [{ as: 'anna' }], ages: { anna: 3 } };
  expect(read(both, right)).toEqual({ ok: true, value: right });
  const problems = [
    [{ ...right, people: [{ as: 'anna' }, {}] }, 'people[1].as: expected some text, got nothing'],
    [{ ...right, people: [{}, {}, {}] }, 'people: expected at most 2 of them, got a list of 3'],
    [{ ...right, ages: { anna: -1 } }, 'ages.anna: expected a whole number from 0 to 150, got -1'],
    [{ ...right, ages: { a: 1, b: 2, c: 3 } }, 'ages: expected at most 2 entries, got 3'],
  ];
  for (const [given, problem] of problems) expect(read(both, given)).toEqual({ ok: false, problem });
});

it('objects of several kinds are told apart by their kind', () => {
  type Answer = { kind: 'granted'; token: number } | { kind: 'refused'; why: string };
  const answer = byKind<Answer>({ granted: { token: whole(0, 10) }, refused: { why: text } });
  expect(read(answer, { kind: 'granted', token: 3, why: 'x' })).toEqual({
    ok: true,
    value: { kind: 'granted', token: 3 },
  });
  expect(read(answer, { kind: 'constructor' })).toEqual({
    ok: false,
    problem: 'kind: expected "granted" or "refused", got "constructor"',
  });
});

it.each([
  ['an offset', '2026-11-23T04:30:00+01:00', '2026-11-23T03:30:00.000Z'],
  ['no seconds', '2026-11-23T03:30Z', '2026-11-23T03:30:00.000Z'],
])('a time with %s is given in UTC, as all that is compared', (_what, given, expected) => {
  expect(read(time, given)).toEqual({ ok: true, value: expected });
});

it.each([
  [time, ['', 'now', 0, '2026-13-01T00:00:00Z', '+275760-09-13T00:00:00.000Z', '1969-12-31T23:59:59Z', null]],
  [duration({ most: '7d', example: '1h' }), ['', '0s', '8d', '99999999999999999999d', 5, '1 hour', '-1h']],
  [name, ['', 'toString', '__proto__', 'x'.repeat(501), 1]],
  [scalar, [null, Infinity, NaN, {}, []]],
  [flag, ['true', 1, null]],
  [nullable(text), [undefined, 1, {}]],
])('what is none is refused', (shape, values) => {
  for (const value of values) expect(read<unknown>(shape, value)).toMatchObject({ ok: false });
});
