import { isNobody, isSameOwner, isSamePerson } from '../../../../src/shared/safety/people';

const same = (a: string, b: string) => isSamePerson(a, b) && isSamePerson(b, a);

describe('one person', () => {
  it.each([
    ['Anna', 'anna'],
    [' anna\n', 'anna'],
    ['ANNA', 'anna'],
    ['anna@corp.example', 'anna'],
    ['Anna @ corp', 'anna'],
    ['anna＠corp', 'anna'],
    ['ａｎｎａ', 'anna'],
    ['an\u200bna', 'anna'],
    ['\u202eanna\u2066', 'anna'],
    ['an\u00adna', 'anna'],
    ['anna\ufe0f', 'anna'],
    ['anna\u3164', 'anna'],
    ['anna\u{e0061}', 'anna'],
    ['anna  maria', 'Anna\u00a0Maria'],
    ['anna\tmaria', 'anna maria'],
    ['zoe\u0308', 'zoë'],
    ['strauß', 'STRAUSS'],
    ['νίκος', 'ΝΊΚΟΣ'],
    ['ﬁona', 'fiona'],
  ])('%j is %j', (a, b) => expect(same(a, b)).toBe(true));

  it.each([
    ['anna', 'bela'],
    ['anna', 'annabel'],
    ['anna maria', 'annamaria'],
    ['anna', 'hannah@anna'],
    ['zoe', 'zoë'],
    // Cyrillic: names that only look alike are two.
    ['anna', 'аnna'],
  ])('is not %j and %j', (a, b) => expect(same(a, b)).toBe(false));
});

it.each(['', ' ', '\u200b', '@corp', '\u3164', '\u2800 '])('%j is nobody', (name) => expect(isNobody(name)).toBe(true));
it.each([
  ['anna', 'Anna@corp', true],
  ['incident/A/h1', 'incident/A/h1', true],
  ['incident/A/h1', 'incident/a/h1', false],
  ['incident/A@x/h1', 'incident/A@y/h1', false],
  // A person may have any name, and is no incident.
  ['incident/A/h1', 'Incident/A/h1', false],
  ['Incident/A/h1', 'incident/A/h1', false],
  ['anna', 'bela', false],
])('owners %s and %s: one is %s', (a, b, one) => expect(isSameOwner(a, b)).toBe(one));

it('anna is somebody', () => expect(isNobody('anna')).toBe(false));
