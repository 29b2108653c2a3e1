import { readFileSync, writeFileSync } from 'node:fs';
import { createSettingActivities } from '../../../../src/activities/host/settings/settings';
import { createSerializer } from '../../../../src/activities/host/core/serialize';
import type { CommandResult } from '../../../../src/host/programs/commands';
import { createLedger } from '../../../../src/host/ledger/ledger';
import { createRedactor } from '../../../../src/host/redact';
import type { ServiceManager } from '../../../../src/host/services/service-manager';
import type { SettingPlace } from '../../../../src/host/agent-settings';
import { createPendingStarts } from '../../../../src/host/settings-store/pending';
import type { ServiceState } from '../../../../src/shared/observations/service';
import { useTempFolder } from '../../host/support/temp-folder';
import { asChangeOf, hostSettings, serviceState } from '../support/host';
import { PERMIT } from '../../../support/scripted/permit';

const folder = useTempFolder();
const file = () => folder.path('kingfisher.json');
const MAX_QPS = 'openai.max_qps';

let state: ServiceState;
let restarts: number;
let commands: string[];
let canReload: boolean;

beforeEach(() => {
  [state, restarts, commands, canReload] = [serviceState(), 0, [], false];
  writeFileSync(file(), '{"max_qps": 8}');
});

const value = () => (JSON.parse(readFileSync(file(), 'utf8')) as { max_qps: unknown }).max_qps;

/** An agent on this folder; each call is one that was started anew. */
function agent(apply: SettingPlace['apply'] = 'none', limits: object = { min: 1, max: 8 }) {
  const place = { format: 'json', file: file(), path: ['max_qps'], apply, ...limits } as SettingPlace;
  const manager = {
    observe: async () => state,
    settle: async () => state,
    restart: async () => {
      restarts += 1;
      state = { ...state, invocation: `restart ${restarts}` };
      return state;
    },
  } as Partial<ServiceManager> as ServiceManager;
  const deps = {
    settings: { ...hostSettings(folder.path()), settings: { [MAX_QPS]: place } },
    redact: createRedactor([]),
    ledger: createLedger(hostSettings(folder.path())),
    asChange: asChangeOf(hostSettings(folder.path())),
    findManager: () => manager,
    run: async ({ args }: { args: string[] }) => {
      commands.push(args[0]!);
      const result = { exitCode: 0, signal: null, timedOut: false, stdout: '', stderr: '', durationMs: 1 };
      return { ...result, stdout: args[0] === 'show' && canReload ? 'yes\n' : 'no\n' } as unknown as CommandResult;
    },
  };
  return createSettingActivities(deps, createSerializer(), createPendingStarts(folder.path('pending')));
}

const wish = (expected: number | string, wanted: number | string) => ({
  setting: MAX_QPS,
  expected,
  value: wanted,
  permit: PERMIT,
});
const failure = (type: string) => expect.objectContaining({ type });

describe('a setting as a desired state', () => {
  it('is changed once, and found afterwards', async () => {
    const change = await agent().ensureSetting(wish(8, 4));
    expect(change).toMatchObject({ changed: true, before: { value: 8 }, after: { value: 4, place: file() } });
    expect(await agent().ensureSetting(wish(8, 4))).toMatchObject({ changed: false, after: { value: 4 } });
    expect(restarts).toBe(0);
  });

  it('is left alone when somebody else changed it', async () => {
    writeFileSync(file(), '{"max_qps": 6}');
    await expect(agent().ensureSetting(wish(8, 4))).rejects.toEqual(failure('ValueChanged'));
    expect(value()).toBe(6);
  });

  it.each([0, 9, 4.5e9, Number.NaN, '4'])('%p is outside of its limits', async (wanted) => {
    await expect(agent().ensureSetting(wish(8, wanted))).rejects.toEqual(failure('UnsafeSelector'));
    expect(value()).toBe(8);
  });

  it('is not changed where the old value could not be put back', async () => {
    writeFileSync(file(), '{"max_qps": 16}');
    await expect(agent().ensureSetting(wish(16, 4))).rejects.toEqual(failure('UnsafeSelector'));
    expect(value()).toBe(16);
  });

  it('is known by its name only', async () => {
    await expect(agent().observeSetting({ setting: 'constructor' })).rejects.toEqual(failure('NotConfigured'));
  });

  it('is not written where it is malformed, absent or of another type', async () => {
    for (const content of ['{"max_qps": 8', '{}', '{"max_qps": "8"}']) {
      writeFileSync(file(), content);
      await expect(agent().ensureSetting(wish(8, 4))).rejects.toEqual(failure('ObservationFailed'));
      expect(readFileSync(file(), 'utf8')).toBe(content);
    }
  });

  it('does not leave the host when it looks like a secret', async () => {
    writeFileSync(file(), '{"max_qps": "sk-abcdefghijkl"}');
    const seen = await agent('none', { oneOf: ['full'] }).observeSetting({ setting: MAX_QPS });
    expect(seen).toMatchObject({ evidence: 'malformed', value: null });
    expect(JSON.stringify(seen)).not.toContain('abcdef');
  });

  it('stays within its file when many are changed at once', async () => {
    const one = agent();
    const ends = await Promise.allSettled([4, 5, 6].map((wanted) => one.ensureSetting(wish(8, wanted))));
    const made = ends.filter((end) => end.status === 'fulfilled');
    expect(made).toHaveLength(1);
    // Whichever came first; the others saw that another value stood there.
    expect(made[0]?.value.after.value).toBe(value());
  });
});

describe('making KingFisher take it', () => {
  it('restarts it once', async () => {
    const change = await agent('restart').ensureSetting(wish(8, 4));
    expect(change.notes).toEqual(['kingfisher.service restarted']);
    await agent('restart').ensureSetting(wish(8, 4));
    expect(restarts).toBe(1);
  });

  it('restarts it when an agent was killed between writing and restarting', async () => {
    createPendingStarts(folder.path('pending')).write(MAX_QPS, 'a');
    writeFileSync(file(), '{"max_qps": 4}');
    expect(await agent('restart').ensureSetting(wish(8, 4))).toMatchObject({ changed: true, after: { value: 4 } });
    expect(restarts).toBe(1);
  });

  it('does not restart it again when the killed agent had done it', async () => {
    createPendingStarts(folder.path('pending')).write(MAX_QPS, 'a');
    writeFileSync(file(), '{"max_qps": 4}');
    state = serviceState({ invocation: 'b' });
    await agent('restart').ensureSetting(wish(8, 4));
    expect(restarts).toBe(0);
  });

  it.each(['inactive', 'failed'] as const)('leaves it %s', async (active) => {
    state = serviceState({ active });
    const change = await agent('restart').ensureSetting(wish(8, 4));
    expect(change.notes).toEqual(['kingfisher.service does not run: it takes the value when it starts']);
    expect(restarts).toBe(0);
  });

  it('reloads it where the unit can', async () => {
    canReload = true;
    const change = await agent('reload').ensureSetting(wish(8, 4));
    expect(change.notes).toEqual(['kingfisher.service reloaded']);
    expect([commands, restarts]).toEqual([['show', 'reload'], 0]);
  });

  it('restarts it where the unit cannot reload', async () => {
    await agent('reload').ensureSetting(wish(8, 4));
    expect([commands, restarts]).toEqual([['show'], 1]);
  });
});
