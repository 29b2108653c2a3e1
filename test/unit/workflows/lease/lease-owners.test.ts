import type { LeaseView } from '../../../../src/shared/safety/lease';
import { checkRelease } from '../../../../src/workflows/lease/lease-checks';

const view = (owner: string) =>
  ({ owners: [{ owner, reason: 'load', until: '' }], state: 'active', endedAt: null }) as unknown as LeaseView;
const release = (owner: string) => ({ owner, by: 'bela', reason: 'done' });

it('a lease is released for its owner, however the name is written', () => {
  for (const owner of ['anna', ' Anna', 'anna@corp']) {
    expect(() => checkRelease(view('Anna'), release(owner))).not.toThrow();
  }
  expect(() => checkRelease(view('anna'), release('bela'))).toThrow(/does not hold this lease, but: anna/);
});

it('an incident that holds a lease is told by its exact id', () => {
  expect(() => checkRelease(view('incident/A/h1'), release('incident/A/h1'))).not.toThrow();
  expect(() => checkRelease(view('incident/A/h1'), release('incident/a/h1'))).toThrow(/does not hold/);
});
