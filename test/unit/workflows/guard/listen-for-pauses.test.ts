import { TurnQueue } from '../../../../src/workflows/guard/turn-queue';
import { listenForPauses } from '../../../../src/workflows/guard/listen-for-pauses';
import type { Door } from '../../../../src/workflows/messages/door';
import { pauseSignal, pauseUpdate, resumeSignal, resumeUpdate } from '../../../../src/workflows/messages';

const T0 = Date.parse('2026-11-23T03:00:00Z');

interface Taken {
  check?: (value: unknown) => void;
  take: (value: unknown) => unknown;
}

/** A guard whose host keeps no pause, and how each message gets to it. */
function guard(): { turns: TurnQueue; messages: Record<string, Taken>; heard: () => number } {
  const turns = new TurnQueue('h1', T0);
  turns.heardHost({ newest: { token: 0, holder: '' }, kept: { revision: 0, pauses: [] } }, T0);
  const messages: Record<string, Taken> = {};
  const door = {
    update: ({ name }: { name: string }, taken: Taken) => void (messages[`update ${name}`] = taken),
    signal: ({ name }: { name: string }, take: Taken['take']) => void (messages[`signal ${name}`] = { take }),
  };
  let heard = 0;
  listenForPauses(door as unknown as Door, turns, (change) => {
    heard += 1;
    return change(T0);
  });
  return { turns, messages, heard: () => heard };
}

const PAUSE = { by: 'anna', reason: 'moving', for: '1h' };
const [PAUSES, RESUMES] = [
  [`update ${pauseUpdate.name}`, `signal ${pauseSignal.name}`],
  [`update ${resumeUpdate.name}`, `signal ${resumeSignal.name}`],
] as const;

it.each(PAUSES)('%s pauses the host for as long as it says', (name) => {
  const { turns, messages, heard } = guard();
  messages[name]!.take(PAUSE);
  expect(turns.paused).toMatchObject({ by: 'anna', reason: 'moving', until: '2026-11-23T04:00:00.000Z' });
  expect(heard()).toBe(1);
});

it('who pauses by an update is told until when', () => {
  expect(guard().messages[PAUSES[0]]!.take(PAUSE)).toEqual({ until: '2026-11-23T04:00:00.000Z' });
});

it.each(RESUMES)('%s ends what its sender paused', (name) => {
  const { turns, messages } = guard();
  messages[PAUSES[0]]!.take(PAUSE);
  messages[name]!.check?.({ by: 'anna' });
  messages[name]!.take({ by: 'anna' });
  expect(turns.paused).toBeNull();
});

describe('who ends what is not theirs', () => {
  const why =
    'bela has no pause; anna paused it until 2026-11-23T04:00:00.000Z: say that you mean all (--all, or "all": true)';

  it('by an update is refused, and told whose it is and how to end it all the same', () => {
    const { messages } = guard();
    expect(() => messages[RESUMES[0]]!.check!({ by: 'bela' })).toThrow(
      'changes are not paused: there is nothing to resume',
    );
    messages[PAUSES[0]]!.take(PAUSE);
    expect(() => messages[RESUMES[0]]!.check!({ by: 'bela' })).toThrow(why);
  });

  it('by a signal ends nothing, and stands in what happened', () => {
    const { turns, messages } = guard();
    messages[PAUSES[0]]!.take(PAUSE);
    messages[RESUMES[1]]!.take({ by: 'bela' });
    expect(turns.paused).toMatchObject({ by: 'anna' });
    expect(turns.state.recent.at(-1)?.text).toBe(`Not taken: ${why}`);
  });
});
