import { isPermit } from '../../../../src/shared/safety/permit';

const PERMIT = { kind: 'change', token: 7, holder: 'incident/A/h1' };

it.each<[string, unknown]>([
  ['a change', PERMIT],
  ['an undo, which needs no token', { ...PERMIT, kind: 'undo', token: 0 }],
  ['the longest workflow id', { ...PERMIT, holder: 'x'.repeat(500) }],
])('%s is a permit', (_, permit) => expect(isPermit(permit)).toBe(true));

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'change'],
  ['another kind', { ...PERMIT, kind: 'both' }],
  ['a token that is no whole number', { ...PERMIT, token: 7.5 }],
  ['a token below 0', { ...PERMIT, token: -1 }],
  ['nobody', { ...PERMIT, holder: '' }],
  ['a holder that is no text', { ...PERMIT, holder: ['incident/A/h1'] }],
  ['a holder that is too long', { ...PERMIT, holder: 'x'.repeat(501) }],
])('%s is none', (_, permit) => expect(isPermit(permit)).toBe(false));
