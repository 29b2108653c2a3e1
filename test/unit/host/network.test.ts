import { contains, overlap, parseNetwork } from '../../../src/host/network';

const network = (text: string) => parseNetwork(text)!;

describe('an address or a network', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9/32', '203.0.113.9'],
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['2001:DB8:0:0::0001', '2001:db8::1'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['2001:0db8::/64', '2001:db8::/64'],
    ['::', '::'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is written as %s', (text, written) => {
    expect(network(text).text).toBe(written);
    expect(network(written).text).toBe(written);
  });

  it.each([
    '',
    'somebody',
    '203.0.113',
    '203.0.113.9.9',
    '203.0.113.256',
    '0203.0.113.9',
    '0x7f.0.0.1',
    '3405803785',
    ' 203.0.113.9',
    '203.0.113.9\n',
    '203.0.113.9/33',
    '203.0.113.9/-1',
    '203.0.113.9/+8',
    '203.0.113.9/',
    '203.0.113.9/8/8',
    '203.0.113.9/024',
    '203.0.113.1-203.0.113.9',
    '2001:db8::1/129',
    'fe80::1%eth0',
    '::ffff:203.0.113.9',
    '::203.0.113.9',
    '203.0.113.9 }; flush ruleset; add element inet halcyon blocked4 { 203.0.113.10',
    '@blocked4',
    '$address',
    '*',
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it.each(['203.0.113.9/24', '2001:db8::1/64', '128.0.0.0/0', '203.0.113.3/31'])('%s begins in its middle', (text) => {
    expect(network(text).isWhole).toBe(false);
  });

  it.each(['203.0.113.0/24', '203.0.113.9', '2001:db8::/64', '::/0', '203.0.113.2/31'])('%s is whole', (text) => {
    expect(network(text).isWhole).toBe(true);
  });
});

it.each([
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '10.1.0.0/16', true],
  ['10.1.0.0/16', '10.0.0.0/8', false],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['::/0', '203.0.113.9', false],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['203.0.113.9', '203.0.113.9', true],
])('%s contains %s: %s', (outer, inner, isSo) => {
  expect(contains(network(outer), network(inner))).toBe(isSo);
});

it('two networks overlap where one contains the other', () => {
  expect(overlap(network('10.0.0.0/8'), network('10.1.2.3'))).toBe(true);
  expect(overlap(network('10.1.2.3'), network('10.0.0.0/8'))).toBe(true);
  expect(overlap(network('10.1.2.0/24'), network('10.1.3.0/24'))).toBe(false);
});
