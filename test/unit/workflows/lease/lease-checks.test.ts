import type { LeaseState, LeaseView } from '../../../../src/shared/safety/lease';
import { checkAbandonment, checkRelease, refuseOver } from '../../../../src/workflows/lease/lease-checks';
import { NOW, owner } from './leases';

const OVER = ['undone', 'overtaken', 'abandoned', 'refused'] as const;
const ASK_ANEW = 'ask for a new one';

function view(state: LeaseState, owners = ['anna']): LeaseView {
  const endedAt = OVER.some((one) => one === state) ? NOW : null;
  const all = owners.map((name) => owner(name));
  return { host: 'h1', setting: 'openai.max_qps', owners: all, state, endedAt } as unknown as LeaseView;
}

const is = (state: LeaseState, remedy: string) => `the lease of openai.max_qps on h1 is ${state}: ${remedy}`;
const forAll = { by: 'bela', reason: 'done' };

describe('a lease is released', () => {
  it.each(['applying', 'active', 'undoing'] as const)('for all while it is %s', (state) => {
    expect(() => checkRelease(view(state), forAll)).not.toThrow();
  });

  it.each(['applying', 'active'] as const)('for one of its owners while it is %s', (state) => {
    expect(() => checkRelease(view(state, ['anna', 'carla']), { ...forAll, owner: 'carla' })).not.toThrow();
  });

  it('for nobody who does not hold it: says who does', () => {
    const release = { ...forAll, owner: 'bela' };
    const refusal = new Error('"bela" does not hold this lease, but: anna, carla');
    expect(() => checkRelease(view('active', ['anna', 'carla']), release)).toThrow(refusal);
    const nobodys = new Error('"bela" does not hold this lease, but: nobody');
    expect(() => checkRelease(view('applying', []), release)).toThrow(nobodys);
  });

  it('for one owner no more when it is being undone', () => {
    const release = { ...forAll, owner: 'anna' };
    expect(() => checkRelease(view('undoing'), release)).toThrow(new Error(is('undoing', ASK_ANEW)));
  });

  it.each(OVER)('never when it is %s', (state) => {
    expect(() => checkRelease(view(state), forAll)).toThrow(new Error(is(state, ASK_ANEW)));
  });
});

it.each(['undoing', ...OVER] as const)('a lease that is %s is not extended', (state) => {
  expect(() => refuseOver(view(state))).toThrow(new Error(is(state, ASK_ANEW)));
});

it.each(['applying', 'active'] as const)('a lease that is %s can be extended', (state) => {
  expect(() => refuseOver(view(state))).not.toThrow();
});

describe('a lease is given up', () => {
  const release = 'only one whose undo fails is given up; to end it: halcyon leases release';

  it('when its undo fails', () => {
    expect(() => checkAbandonment(view('undoing'), NOW)).not.toThrow();
  });

  it.each([
    ['undoing', null],
    ['active', NOW],
    ['active', null],
    ['applying', NOW],
    ['undone', null],
  ] as const)('not when it is %s and fails since %s', (state, failingSince) => {
    expect(() => checkAbandonment(view(state), failingSince)).toThrow(new Error(is(state, release)));
  });
});

it('a lease is released for its owner, however the name is written', () => {
  for (const name of ['anna', ' Anna', 'anna@corp']) {
    expect(() => checkRelease(view('active', ['Anna']), { ...forAll, owner: name })).not.toThrow();
  }
});

it('an incident that holds a lease is told by its exact id', () => {
  const held = view('active', ['incident/A/h1']);
  expect(() => checkRelease(held, { ...forAll, owner: 'incident/A/h1' })).not.toThrow();
  expect(() => checkRelease(held, { ...forAll, owner: 'incident/a/h1' })).toThrow(/does not hold/);
});
