import { readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { createHostActivities } from '../../../../src/activities/host';
import type { SettingPlace } from '../../../../src/host/agent-settings';
import type { SettingValue } from '../../../../src/shared/safety/lease';
import type { ChangePermit } from '../../../../src/shared/safety/permit';
import { PERMIT } from '../../../support/scripted/permit';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const folder = useTempFolder();
const file = () => folder.path('kingfisher.json');
const MAX_QPS = 'openai.max_qps';
const WORKERS = 'orchestrator.max_workers';
const UNDO: ChangePermit = { kind: 'undo', token: 0, holder: 'lease/h1/openai.max_qps' };
const failure = (type: string, message = '') =>
  expect.objectContaining({ type, message: expect.stringContaining(message) });

beforeEach(() => write({ max_qps: 8, max_workers: 8 }));

function write(content: object): void {
  writeFileSync(file(), JSON.stringify(content));
}

const content = () => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;

/** An agent that was started anew: it knows what stands on the disk. */
function agent() {
  const place = (key: string): SettingPlace => ({
    format: 'json',
    file: file(),
    path: [key],
    apply: 'none',
    min: 1,
    max: 8,
  });
  const settings = { [MAX_QPS]: place('max_qps'), [WORKERS]: place('max_workers') };
  return createHostActivities({ ...hostSettings(folder.path()), settings });
}

const change = async (expected: SettingValue, value: SettingValue, setting = MAX_QPS) =>
  await agent().ensureSetting({ setting, expected, value, forMs: 60_000, permit: PERMIT });
const undo = async (expected: SettingValue, value: SettingValue, setting = MAX_QPS) =>
  await agent().ensureSetting({ setting, expected, value, permit: UNDO });
const ledger = async (setting = MAX_QPS) => (await agent().observeSetting({ setting })).ledger;

describe('an undo', () => {
  it('puts back what the ledger knows, once, and what is so already is answered', async () => {
    await change(8, 4);
    expect(await ledger()).toEqual({ original: 8, hand: 'halcyon' });
    expect(await undo(4, 8)).toMatchObject({ changed: true, after: { value: 8 } });
    expect(await ledger()).toBeUndefined();
    expect(await undo(4, 8)).toMatchObject({ changed: false, after: { value: 8 } });
  });

  it.each<[string, SettingValue, SettingValue]>([
    ['of what Halcyon never changed', 8, 4],
    ['to another value than the original', 4, 6],
  ])('%s is no permit, whatever it says', async (_what, expected, value) => {
    if (expected === 4) await change(8, 4);
    await expect(undo(expected, value)).rejects.toEqual(failure('NoPermit', 'the ledger of this host'));
    expect(content()['max_qps']).toBe(expected);
  });

  it('goes on in spite of a pause, which refuses every change', async () => {
    await change(8, 4);
    writeFileSync(folder.path('paused'), 'x');
    await expect(change(4, 2)).rejects.toEqual(failure('Paused'));
    expect(await undo(4, 8)).toMatchObject({ changed: true });
  });

  it('goes to the first original, through all that Halcyon wrote', async () => {
    await change(8, 4);
    await change(4, 2);
    expect(await ledger()).toEqual({ original: 8, hand: 'halcyon' });
    await expect(undo(2, 4)).rejects.toEqual(failure('NoPermit'));
    expect(await undo(2, 8)).toMatchObject({ changed: true, after: { value: 8 } });
  });
});

describe('the same value by another hand', () => {
  it.each<[string, () => void]>([
    ['written in place', () => write({ max_qps: 4, max_workers: 8 })],
    [
      'in a file put in its place',
      () => {
        writeFileSync(folder.path('edited'), readFileSync(file()));
        renameSync(folder.path('edited'), file());
      },
    ],
  ])('%s stays, and is told', async (_what, edit) => {
    await change(8, 4);
    edit();
    // Whatever the clock of the file system can tell apart.
    utimesSync(file(), new Date(), new Date(Date.now() + 5_000));
    expect(await ledger()).toEqual({ original: 8, hand: 'another' });
    await expect(undo(4, 8)).rejects.toEqual(failure('ValueChanged', 'by another hand'));
    expect(content()['max_qps']).toBe(4);
  });

  it('beside another edit cannot be told, and is undone with a note', async () => {
    await change(8, 4);
    write({ max_qps: 4, max_workers: 6 });
    expect(await ledger()).toEqual({ original: 8, hand: 'unclear' });
    const { notes, changed } = await undo(4, 8);
    expect({ notes, changed }).toEqual({ changed: true, notes: [expect.stringContaining('cannot be told')] });
    expect(content()).toEqual({ max_qps: 8, max_workers: 6 });
  });

  it('is not what Halcyon itself writes beside it', async () => {
    await change(8, 4);
    await change(8, 2, WORKERS);
    await undo(2, 8, WORKERS);
    expect(await ledger()).toEqual({ original: 8, hand: 'halcyon' });
    expect(await undo(4, 8)).toMatchObject({ changed: true, notes: [] });
  });

  it('is a new original for whoever changes it next', async () => {
    await change(8, 4);
    write({ max_qps: 6, max_workers: 8 });
    expect(await ledger()).toEqual({ original: 8, hand: 'another' });
    await change(6, 3);
    expect(await ledger()).toEqual({ original: 6, hand: 'halcyon' });
  });

  it('does not become Halcyon’s by being wished', async () => {
    await change(8, 4);
    write({ max_qps: 4, max_workers: 8 });
    utimesSync(file(), new Date(), new Date(Date.now() + 5_000));
    expect(await change(8, 4)).toMatchObject({ changed: false });
    expect(await ledger()).toEqual({ original: 8, hand: 'another' });
  });
});

it.each([Number.MAX_SAFE_INTEGER, Number.NaN, Infinity])('a change for %p ms is refused', async (forMs) => {
  const asked = agent().ensureSetting({ setting: MAX_QPS, expected: 8, value: 4, forMs, permit: PERMIT });
  await expect(asked).rejects.toEqual(failure('UnsafeSelector'));
  expect(content()['max_qps']).toBe(8);
});
