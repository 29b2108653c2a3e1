import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { createGuardCommand } from '../../../src/cli/guard/guard';
import { createPauseCommand, createResumeCommand } from '../../../src/cli/guard/pause';
import { pauseUpdate, releaseTurnSignal, requestTurnSignal, resumeUpdate } from '../../../src/workflows/messages';
import { GuardSite, HOUR_MS, POLICY, neverTogether, turnRequest } from '../../support/sites/guard-site';
import { recordHistory } from '../../support/temporal/record-history';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

/** The guard on a real server. */
let site: GuardSite;
beforeAll(async () => {
  site = await GuardSite.up(await startLocal());
});
afterAll(() => site.down());

const FOR_EVER_MS = 30 * 24 * HOUR_MS;
const ANNA = { by: 'anna', reason: 'moving', for: '2h' };

async function pause(host: string, more: object = {}): Promise<{ until: string }> {
  return await site.guard(host).executeUpdate(pauseUpdate, { args: [{ ...ANNA, ...more }] });
}

describe('the turn', () => {
  it('goes to ten incidents one after another, critical and old ones first', async () => {
    const host = await site.newHost();
    const first = await site.take(host, 'first', { workMs: 10 * HOUR_MS, request: turnRequest() });
    await site.untilHeldBy(host, 'first');
    const others = [];
    for (let at = 1; at <= 9; at++) {
      const severity = at % 3 === 0 ? 'warning' : 'critical';
      const startsAt = `2026-11-23T03:0${9 - at}:00.000Z`;
      others.push(await site.take(host, `n${at}`, { request: turnRequest({ severity, startsAt }) }));
    }
    await site.untilQueued(host, 9);
    await first.terminate();
    const results = await Promise.all(others.map(async (one) => await one.result()));
    neverTogether(results);
    const order = [...results].sort((a, b) => a.token - b.token).map((one) => results.indexOf(one) + 1);
    expect(order).toEqual([8, 7, 5, 4, 2, 1, 9, 6, 3]);
    await site.untilHeldBy(host, null);
    await recordHistory(site.guard(host), 'guard.order');
  });

  it('keeps its budget over incidents', async () => {
    const host = await site.newHost();
    const first = await (await site.take(host, 'a', { restarts: ['kingfisher', 'kingfisher'] })).result();
    const more = { restarts: ['kingfisher' as const, 'kingfisher' as const, 'redis' as const] };
    const second = await (await site.take(host, 'b', more)).result();
    expect(first.refused).toEqual([]);
    expect(second.refused).toEqual(['kingfisher was restarted as often as guard.restartsPerHour allows']);
    expect((await site.view(host)).restarts).toEqual({ kingfisher: 3, redis: 1 });
  });

  it('is refused while the host flaps, but not to a person', async () => {
    const host = await site.newHost();
    const policy = { ...POLICY, flapping: { incidents: 2, withinMs: HOUR_MS } };
    const more = { restarts: ['kingfisher' as const], request: turnRequest({ policy }) };
    for (const name of ['a', 'b']) {
      await (await site.take(host, name, more)).result();
      await site.untilHeldBy(host, null);
    }
    expect((await (await site.take(host, 'c', more)).result()).heard).toEqual(['refused flapping']);
    const person = { ...more, request: turnRequest({ policy, startedBy: 'anna' }) };
    expect((await (await site.take(host, 'd', person)).result()).heard).toEqual(['granted']);
    await recordHistory(site.guard(host), 'guard.flapping');
  });

  it('is remembered when the controller is replaced', async () => {
    const host = await site.newHost();
    const { token } = await (await site.take(host, 'a')).result();
    await site.untilHeldBy(host, null);
    await site.stopController();
    await site.startController();
    const after = await (await site.take(host, 'b')).result();
    expect(after.token).toBeGreaterThan(token);
  });
});

describe('a pause', () => {
  it('is told to the holder, holds up the others, and lets them go on when somebody ends it', async () => {
    const host = await site.newHost();
    const holder = await site.take(host, 'holder', { waitsForResume: true, workMs: 3_000 });
    await site.untilHeldBy(host, 'holder');
    const waiting = await site.take(host, 'waiting', { waitsForResume: true });
    await site.untilQueued(host, 1);
    const { until } = await pause(host);
    expect((await site.view(host)).pauses).toMatchObject([{ by: 'anna', reason: 'moving', until }]);
    const late = await site.take(host, 'late', { waitsForResume: true });
    await waitFor(async () => (await signalsOf(late)) > 0, { what: 'the late one to be refused' });
    await site.guard(host).executeUpdate(resumeUpdate, { args: [{ by: 'bela', all: true }] });
    const results = await Promise.all([holder, waiting, late].map(async (one) => await one.result()));
    expect(results[0]!.heard).toEqual(['granted', 'paused', 'resumed']);
    expect(results[1]!.heard.slice(0, 3)).toEqual(['queued', 'refused paused', 'resumed']);
    expect(results[2]!.heard.slice(0, 2)).toEqual(['refused paused', 'resumed']);
    neverTogether(results);
  });

  it.each([
    [{ by: ' ' }, 'by: expected some text'],
    [{ reason: '' }, 'reason: expected some text'],
    [{ for: 'a while' }, 'for: expected a duration of at most 7d such as "2h", got "a while"'],
    [{ for: '8d' }, 'for: expected a duration of at most 7d'],
  ])('is refused at once with %j', async (more, words) => {
    const host = await site.newHost();
    await (await site.take(host, 'a')).result();
    const failure = await pause(host, more).catch((err: unknown) => err as Error);
    expect(failure).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(String((failure as Error).cause)).toContain(words);
    expect((await site.view(host)).pauses).toEqual([]);
    const resumed = site.guard(host).executeUpdate(resumeUpdate, { args: [{ by: 'anna' }] });
    await expect(resumed).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
  });

  async function signalsOf(taker: WorkflowHandle): Promise<number> {
    const { events } = await taker.fetchHistory();
    return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;
  }
});

describe('on the command line', () => {
  let folder: string;
  let said: string;
  let exitCode: typeof process.exitCode;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'halcyon-pause-'));
    said = '';
    ({ exitCode } = process);
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        said += String(text);
        return true;
      });
    }
  });
  afterEach(() => {
    process.exitCode = exitCode;
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  async function halcyon(host: string, command: string, ...args: string[]): Promise<string> {
    const file = path.join(folder, 'halcyon.yaml');
    writeFileSync(file, `temporal:\n  address: ${site.env.address}\nhosts:\n  ${host}: {}\n`);
    const commands = { pause: createPauseCommand, resume: createResumeCommand, guard: createGuardCommand };
    said = '';
    await commands[command as 'pause']().parseAsync([...args, '--config', file], { from: 'user' });
    return said;
  }

  it('a host that nobody asked for yet can be paused, shown and resumed', async () => {
    const host = await site.newHost();
    expect(await halcyon(host, 'guard', 'show', '--host', host)).toBe(
      `${host}: nobody asked for it lately; not paused\n`,
    );
    expect(await halcyon(host, 'resume', '--host', host)).toBe(`${host}: was not paused\n`);
    const paused = await halcyon(host, 'pause', '--host', host, '--for', '1h', '--reason', 'moving', '--as', 'anna');
    expect(paused).toMatch(`${host}: paused until 20`);
    expect(await halcyon(host, 'guard', 'show', '--host', host)).toContain('PAUSED by anna until');
    const [line = ''] = (await halcyon(host, 'guard', 'show', '--host', host, '--json')).split('\n');
    expect(JSON.parse(line)).toMatchObject({ host, pauses: [{ by: 'anna', reason: 'moving' }], holder: null });
    const taker = await site.take(host, 'a');
    expect((await taker.result()).heard).toEqual(['refused paused']);
    expect(await halcyon(host, 'resume', '--host', host, '--as', 'bela')).toMatch(
      new RegExp(`^${host}: FAILED: paused by anna until \\S+, not by you: --all ends it`),
    );
    expect(await halcyon(host, 'resume', '--host', host, '--as', 'bela', '--all')).toContain(
      `${host}: resumed, paused by anna until 20`,
    );
  });

  it('a second pause shortens nobody’s, and says whose lasts longer', async () => {
    const host = await site.newHost();
    await halcyon(host, 'pause', '--host', host, '--for', '1h', '--reason', 'moving the database', '--as', 'anna');
    const [first] = (await site.view(host)).pauses;
    const second = await halcyon(host, 'pause', '--host', host, '--for', '30m', '--reason', 'again', '--as', 'bela');
    expect(second).toContain(`; by anna until ${first!.until}`);
    expect((await site.view(host)).pauses).toMatchObject([first!, { by: 'bela', reason: 'again' }]);
    expect(await halcyon(host, 'resume', '--host', host, '--as', 'bela')).toContain('STILL paused by anna');
    expect((await site.view(host)).pauses).toEqual([first]);
  });

  it('without --host every host of the configuration and every open guard is meant', async () => {
    const host = await site.newHost();
    await (await site.take(`${host}-more`, 'a')).result();
    await waitFor(async () => (await halcyon(host, 'guard', 'show')).includes(`${host}-more:`), {
      what: 'the open guard to be listed',
    });
    const lines = await halcyon(host, 'pause', '--reason', 'moving');
    expect(lines).toContain(`${host}: paused until`);
    expect(lines).toContain(`${host}-more: paused until`);
    await halcyon(host, 'resume');
    expect((await site.view(`${host}-more`)).pauses).toEqual([]);
  });

  it.each([
    [['--reason', ' '], '--reason'],
    [['--reason', 'x', '--for', 'soon'], '--for: expected a duration of at most 7d such as "2h", got "soon"'],
    [['--reason', 'x', '--for', '8d'], '--for: expected a duration of at most 7d'],
    [['--reason', 'x', '--host', 'nowhere'], '--host: "nowhere" is not under hosts:'],
  ])('%j is wrong usage', async (args, words) => {
    await expect(halcyon('h1', 'pause', ...args)).rejects.toThrow(words);
  });

  it('without a controller pause and resume are kept in their order, and say so', async () => {
    const [host, other] = [await site.newHost(), await site.newHost()];
    await (await site.take(host, 'a')).result();
    await site.stopController();
    const kept = 'no controller answers: kept, it counts as soon as a controller runs';
    expect(await halcyon(host, 'pause', '--host', host, '--reason', 'x', '--as', 'anna')).toContain(`${host}: ${kept}`);
    expect(await halcyon(host, 'resume', '--host', host, '--as', 'anna')).toContain(`${host}: ${kept}`);
    expect(await halcyon(other, 'pause', '--host', other, '--reason', 'y', '--as', 'anna')).toContain(kept);
    expect(await halcyon(host, 'guard', 'show', '--host', host)).toContain(`${host}: FAILED: no controller answers`);
    await site.startController();
    expect((await site.view(host)).pauses).toEqual([]);
    expect((await site.view(other)).pauses).toMatchObject([{ by: 'anna', reason: 'y' }]);
  });
});

it('a storm of thousands of requests leaves each history short, and the turn where it was', async () => {
  const host = await site.newHost();
  const holder = await site.take(host, 'holder', { workMs: FOR_EVER_MS });
  await site.untilHeldBy(host, 'holder');
  const { lastToken } = await site.view(host);
  const guard = site.guard(host);
  for (let at = 0; at < 1_500; at += 10) {
    const runs = Array.from({ length: 10 }, (_, more) => ({ name: `fp${at + more}`, runId: randomUUID() }));
    await Promise.all(
      runs.map(async ({ name, runId }) => {
        const run = { incidentId: `incident/${name}/${host}`, runId };
        await guard.signal(requestTurnSignal, { ...turnRequest(), ...run });
        await guard.signal(releaseTurnSignal, { ...run, changed: false });
      }),
    );
  }
  await waitFor(async () => (await site.view(host)).queue.length === 0, { what: 'the storm to be over' });
  const lengths = await site.historyLengths(host);
  expect(lengths.length).toBeGreaterThan(1);
  expect(Math.max(...lengths)).toBeLessThan(4_096);
  expect(await site.view(host)).toMatchObject({ holder: { token: lastToken }, lastToken });
  await holder.terminate();
}, 240_000);
