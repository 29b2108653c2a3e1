import { nearest } from '../../../../src/config/load/nearest';

const KEYS = ['host', 'port', 'token', 'bodyLimit', 'temporalTimeout'];

it.each([
  ['prot', 'port'],
  ['Port', 'port'],
  ['tokn', 'token'],
  ['body_limit', 'bodyLimit'],
  ['temporalTimeoutMs', 'temporalTimeout'],
])('%s means %s', (word, meant) => {
  expect(nearest(word, KEYS)).toBe(meant);
});

it.each(['', 'x', 'address', 'retries'])('%j means nothing known', (word) => {
  expect(nearest(word, KEYS)).toBeUndefined();
});
