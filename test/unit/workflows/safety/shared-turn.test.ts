import type { TurnRelease } from '../../../../src/shared/safety/guard';
import { SharedTurn } from '../../../../src/workflows/safety/shared-turn';
import { Turn } from '../../../../src/workflows/guard/turn';
import { REQUEST } from '../guard/turn-request';

const never = () => false;

function granted(token: number) {
  return { kind: 'granted', token, restartsLeft: {} } as const;
}

/** A turn that was granted, and what its guard was told since. */
function incident() {
  const said: string[] = [];
  const wishes: (() => boolean)[] = [];
  let token = 7;
  const turn: Turn = new Turn({
    who: 'incident',
    host: 'h1',
    request: () => REQUEST,
    note: () => undefined,
    now: () => 1_000,
    guard: {
      request: async () => void said.push('request'),
      note: async () => undefined,
      release: async ({ changed }: TurnRelease) => void said.push(changed ? 'release, changed' : 'release'),
      wait: async () => {
        turn.receive(granted((token += 1)));
        return true;
      },
    },
  });
  let free: () => void = () => undefined;
  const shared = new SharedTurn({
    turn,
    hasChanged: () => true,
    note: (title) => void said.push(title),
    until: async (isSo) => {
      wishes.push(isSo);
      await new Promise<void>((resolve) => (free = resolve));
      expect(isSo()).toBe(true);
    },
  });
  shared.request();
  turn.receive(granted(7));
  said.length = 0;
  const change = (title = 'Restart') => shared.permit(title, {});
  return { turn, shared, said, change, free: () => free() };
}

/** A question that is answered when the test says so. */
function question(shared: SharedTurn) {
  let answer: () => void = () => undefined;
  const answered = shared.lendWhile(() => new Promise<void>((resolve) => (answer = resolve)));
  return async () => {
    answer();
    await answered;
  };
}

/** A verification that ends when the test says so. */
function waiting(shared: SharedTurn) {
  let end: () => void = () => undefined;
  const ended = shared.lendIfWanted(() => new Promise<void>((resolve) => (end = resolve)));
  return async () => {
    end();
    await ended;
  };
}

describe('a turn that steps use beside each other', () => {
  it('is lent to others while people think, and taken again after that', async () => {
    const { shared, said, change } = incident();
    const answer = question(shared);
    expect(said).toEqual(['release, changed']);
    expect(shared.isLent).toBe(true);
    expect(() => change()).toThrow("not this incident's turn");
    await answer();
    expect(await shared.takeAgain(never)).toMatchObject({ kind: 'granted', token: 8 });
    expect(said).toEqual(['release, changed', 'request']);
    expect(change()).toMatchObject({ token: 8 });
  });

  it('is lent while it is only waited, to who is more urgent, and to nobody else', async () => {
    const { shared, said, change } = incident();
    const wait = waiting(shared);
    expect(said).toEqual([]);
    shared.receive({ kind: 'wanted', by: 'incident/B/h1' });
    expect(said).toEqual(['Lends its turn while it verifies: incident/B/h1 goes first', 'release, changed']);
    expect(() => change()).toThrow("not this incident's turn");
    await wait();
    expect(shared.isLent).toBe(true);
    expect(await shared.takeAgain(never)).toMatchObject({ kind: 'granted', token: 8 });
  });

  it('is kept from who is more urgent for as long as a step is at work', async () => {
    const { shared, said } = incident();
    shared.receive({ kind: 'wanted', by: 'incident/B/h1' });
    const letGo = shared.use();
    const wait = waiting(shared);
    expect(said).toEqual([]);
    letGo();
    expect(said).toContain('release, changed');
    await wait();
  });

  it('is not lent for a wish that came before it was granted anew', async () => {
    const { shared, said, turn } = incident();
    shared.receive({ kind: 'wanted', by: 'incident/B/h1' });
    await waiting(shared)();
    expect(await shared.takeAgain(never)).toMatchObject({ kind: 'granted' });
    said.length = 0;
    await waiting(shared)();
    expect([said, turn.isGranted]).toEqual([[], true]);
  });

  it('is not given away by the question of one under the work of another', async () => {
    const { shared, said, change } = incident();
    const letGo = shared.use();
    const answer = question(shared);
    expect(said).toEqual([]);
    expect(change()).toMatchObject({ token: 7 });
    letGo();
    expect(said).toEqual(['release, changed']);
    await answer();
  });

  it('is given away by the last of them only, and once', async () => {
    const { shared, said } = incident();
    const [letGo, letGoToo] = [shared.use(), shared.use()];
    const answer = question(shared);
    letGo();
    letGo();
    expect(said).toEqual([]);
    letGoToo();
    letGoToo();
    expect(said).toEqual(['release, changed']);
    await answer();
  });

  it('stays where the answer comes while somebody is still at work', async () => {
    const { shared, said } = incident();
    const letGo = shared.use();
    await question(shared)();
    letGo();
    expect(await shared.takeAgain(never)).toMatchObject({ token: 7 });
    expect(said).toEqual([]);
  });

  it('is lent for as long as any question is open', async () => {
    const { shared, said } = incident();
    const [answer, answerToo] = [question(shared), question(shared)];
    await answer();
    // A step that could not wait takes it meanwhile.
    await shared.takeAgain(never);
    shared.use()();
    expect(said).toEqual(['release, changed', 'request', 'release, changed']);
    await answerToo();
    await shared.takeAgain(never);
    shared.use()();
    expect(said).toHaveLength(4);
  });

  it('is given back for good when the last one has let go', async () => {
    const { shared, said, free } = incident();
    const letGo = shared.use();
    const given = shared.giveBack();
    expect(said).toEqual([]);
    letGo();
    free();
    await given;
    expect(said).toEqual(['release, changed']);
    expect(shared.isLent).toBe(false);
  });

  it('is not asked for by a question where it never was', async () => {
    const { shared, said } = incident();
    await shared.giveBack();
    await question(shared)();
    expect(said).toEqual(['release, changed']);
  });
});
