import { issue, verify } from '../../../../lab/kingfisher/access/tokens';

const SECRET = 'of this test';
const claims = { sub: 'dashboard', roles: ['analysis.write'], exp: Math.floor(Date.now() / 1_000) + 60 };

it('knows its own tokens, and until when they are good', () => {
  const token = issue(claims, SECRET);
  expect(verify(token, SECRET)).toMatchObject({
    kind: 'valid',
    claims: { sub: 'dashboard', roles: ['analysis.write'] },
  });
  expect(verify(token, SECRET, claims.exp * 1_000)).toMatchObject({ kind: 'expired', claims: { sub: 'dashboard' } });
});

it.each(['', 'x', 'a.b.c', issue(claims, 'of another'), `${issue(claims, SECRET)}.x`])(
  'takes %j for forged',
  (token) => {
    expect(verify(token, SECRET)).toEqual({ kind: 'forged' });
  },
);

it('does not take the claims of another token', () => {
  const [head, , sign] = issue(claims, SECRET).split('.');
  const [, body] = issue({ ...claims, sub: 'admin' }, SECRET).split('.');
  expect(verify(`${head}.${body}.${sign}`, SECRET)).toEqual({ kind: 'forged' });
});
