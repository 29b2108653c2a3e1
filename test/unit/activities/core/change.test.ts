import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createAsChange } from '../../../../src/activities/host/core/change';
import { createBegunChanges } from '../../../../src/host/fence/begun-changes';
import { createFence } from '../../../../src/host/fence/fence';
import { createRedactor } from '../../../../src/host/redact';
import type { ChangePermit } from '../../../../src/shared/safety/permit';
import { waitFor } from '../../../support/wait-for';
import { useTempFolder } from '../../host/support/temp-folder';

const folder = useTempFolder();

function agent() {
  const lines: Record<string, unknown>[] = [];
  const logger = { info: (fields: object, message: string) => lines.push({ ...fields, message }) };
  const fence = createFence({ stateDir: folder.path('state'), pauseFile: folder.path('paused') });
  const asChange = createAsChange({
    settings: { host: 'h1', allow: ['restart', 'clearFiles'] },
    fence,
    begun: createBegunChanges({ stateDir: folder.path('state') }),
    redact: createRedactor([]),
    logger: logger as never,
  });
  return { asChange, lines };
}

function permit(token: number, holder: string, kind: ChangePermit['kind'] = 'change'): ChangePermit {
  return { kind, token, holder };
}

/** Ends when it is told to. */
function gated() {
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  return { gate, open };
}

describe('a change', () => {
  it('stands in the log from begin to end', async () => {
    const { asChange, lines } = agent();
    const activity = asChange('ensureRestarted', async (_run, input: { a: number }) => input.a + 1);
    expect(await activity({ a: 1, permit: permit(3, 'one') })).toBe(2);
    const fields = {
      message: 'change',
      activity: 'ensureRestarted',
      holder: 'one',
      token: 3,
      kind: 'change',
      attempt: 1,
    };
    expect(lines).toEqual([
      { ...fields, phase: 'begin', pid: process.pid },
      { ...fields, phase: 'end', outcome: 'done', pid: process.pid },
    ]);
  });

  it.each([
    undefined,
    {},
    { permit: null },
    { permit: { kind: 'undo', token: -1, holder: 'x' } },
    { permit: { kind: 'undo', token: 'x', holder: 'x' } },
    { permit: { kind: 'all', token: 1, holder: 'x' } },
  ])('without a permit (%j) is refused, and nothing is done', async (input) => {
    const { asChange, lines } = agent();
    const work = jest.fn();
    const refused = asChange('ensureRestarted', work)(input as never);
    await expect(refused).rejects.toMatchObject({ type: 'NoPermit', nonRetryable: true });
    await expect(refused).rejects.toThrow('ensureRestarted was asked for without a permit');
    expect([work.mock.calls, lines]).toEqual([[], []]);
  });

  it('of a new holder waits for the end of the old one, which is stopped at its next step', async () => {
    const { asChange, lines } = agent();
    const [first, second] = [gated(), gated()];
    const slow = asChange('ensureTempFilesRemoved', async ({ mayStillChange }, { gate }: { gate: Promise<void> }) => {
      await gate;
      mayStillChange();
      return 'changed';
    });
    const old = slow({ gate: first.gate, permit: permit(1, 'old') }).catch((err: unknown) => err);
    await waitFor(() => lines.length === 1, { what: 'the old one to begin' });
    const fresh = slow({ gate: second.gate, permit: permit(2, 'new') });
    const seen = () => readFileSync(folder.path('state', 'fence'), 'utf8');
    await waitFor(() => seen().includes('"token":2'), { what: 'the new token to be remembered' });
    second.open();
    first.open();
    expect(await old).toMatchObject({ type: 'StaleToken' });
    expect(await fresh).toBe('changed');
    expect(lines.map(({ holder, phase }) => `${String(holder)} ${String(phase)}`)).toEqual([
      'old begin',
      'old refused',
      'old end',
      'new begin',
      'new end',
    ]);
  });

  it('that undoes waits for nobody, and is not paused', async () => {
    const { asChange, lines } = agent();
    const { gate, open } = gated();
    const slow = asChange('ensureTempFilesRemoved', async () => await gate);
    const running = slow({ permit: permit(5, 'one') });
    await waitFor(() => lines.length === 1, { what: 'it to begin' });
    writeFileSync(folder.path('paused'), 'no more');
    expect(await asChange('ensureSetting', async () => 'undone')({ permit: permit(0, 'other', 'undo') })).toBe(
      'undone',
    );
    await expect(asChange('ensureLogsRotated', async () => 1)({ permit: permit(6, 'one') })).rejects.toMatchObject({
      type: 'Paused',
    });
    open();
    await running;
    expect(lines.filter(({ phase }) => phase === 'refused')).toMatchObject([{ activity: 'ensureLogsRotated' }]);
  });

  describe('whose agent died', () => {
    const input = { seenInvocation: 'a' };
    /** Whether what is offered now was begun before. Each agent is a new one. */
    const wasBegun = async (given: object, asked: ChangePermit) =>
      await agent().asChange('ensureRestarted', async (run) => run.wasBegun)({ ...given, permit: asked } as never);
    /** As far as the disk knows, an agent that is killed in the middle; what is left of it ends with the test. */
    const dead: { end: () => void; ended: Promise<unknown> }[] = [];
    const die = async () => {
      const { gate, open } = gated();
      const dying = agent().asChange('ensureRestarted', async () => {
        await gate;
        throw new Error('killed');
      });
      dead.push({ end: open, ended: dying({ ...input, permit: permit(5, 'one') }).catch(() => undefined) });
      await waitFor(() => existsSync(folder.path('state/begun')), { what: 'it to begin' });
    };
    afterEach(async () => {
      for (const { end, ended } of dead.splice(0)) {
        end();
        await ended;
      }
    });

    it('is known to the next agent, also where it comes as a new activity', async () => {
      await agent().asChange('ensureRestarted', async () => 1)({ ...input, permit: permit(5, 'one') } as never);
      expect(await wasBegun(input, permit(5, 'one'))).toBe(false);
      await die();
      await waitFor(async () => await wasBegun(input, permit(5, 'one')), { what: 'it to be known' });
    });

    it.each<[string, object, ChangePermit]>([
      ['with another input', { seenInvocation: 'b' }, permit(5, 'one')],
      ['in another turn', input, permit(6, 'one')],
    ])('is no other change: one %s', async (_what, given, asked) => {
      await die();
      expect(await wasBegun(given, asked)).toBe(false);
    });

    it('is known until it came to its end, whatever failed before that', async () => {
      const failing = agent().asChange('ensureRestarted', async () => await Promise.reject(new Error('busy')));
      await failing({ ...input, permit: permit(5, 'one') } as never).catch(() => {});
      expect(await wasBegun(input, permit(5, 'one'))).toBe(true);
      expect(await wasBegun(input, permit(5, 'one'))).toBe(false);
    });

    it('is told of by the count of attempts alone where that cannot be kept, and goes on', async () => {
      const { asChange, lines } = agent();
      mkdirSync(folder.path('state/begun'), { recursive: true });
      chmodSync(folder.path('state'), 0o700);
      expect(await asChange('ensureRestarted', async (run) => run.wasBegun)({ permit: permit(5, 'one') })).toBe(false);
      expect(lines.map(({ phase }) => phase)).toEqual(['begin', 'unrecorded', 'unrecorded', 'end']);
    });
  });
});
