import { hasExpired } from '../../../../src/shared/safety/approval';

const EXPIRY = '2026-11-23T03:30:00.000Z';

it.each([
  [-1, false],
  [0, true],
  [1, true],
])('a question has expired from its moment on (%d ms after it: %s)', (after, expired) => {
  expect(hasExpired({ expiresAt: EXPIRY }, Date.parse(EXPIRY) + after)).toBe(expired);
});
