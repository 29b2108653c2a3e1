import { Backoff } from '../../../src/amqp/backoff';

it('doubles up to half a minute, and begins anew', () => {
  const backoff = new Backoff({}, () => 1);
  expect(Array.from({ length: 7 }, () => backoff.next())).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.next()).toBe(1_000);
});

it('differs between processes by up to half', () => {
  expect(new Backoff({}, () => 0).next()).toBe(500);
  expect(new Backoff({ firstMs: 100, mostMs: 100 }, () => 0.5).next()).toBe(75);
});

it('is no longer than that after ten thousand tries', () => {
  const backoff = new Backoff({}, () => 1);
  for (let tries = 0; tries < 10_000; tries++) backoff.next();
  expect(backoff.next()).toBe(30_000);
});
