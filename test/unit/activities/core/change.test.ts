import { readFileSync, writeFileSync } from 'node:fs';
import { createAsChange } from '../../../../src/activities/host/core/change';
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
});
