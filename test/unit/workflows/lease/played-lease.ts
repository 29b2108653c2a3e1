import { ApplicationFailure } from '@temporalio/common';
import type { LeaseRequest, LeaseView } from '../../../../src/shared/safety/lease';
import { ScriptedSettings } from '../../../../src/simulate/script/scripted-settings';
import { lease } from '../../../../src/workflows/lease/lease';
import type { LeaseInput, LeaseMemory } from '../../../../src/workflows/lease/lease-memory';
import { NOW, SETTING, incidents } from './leases';
import { PlayedTemporal } from './played-temporal';

/** Who pages about it. */
export const CLOCK = 'escalation/lease/h1/openai.max_qps';
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

afterEach(() => jest.useRealTimers());

/** The whole workflow on a played Temporal, and a host whose settings a test scripts. */
export class PlayedLease {
  readonly temporal: PlayedTemporal;
  readonly settings = new ScriptedSettings();

  private constructor(startsAt: string) {
    this.temporal = PlayedTemporal.begin(startsAt);
    this.temporal.activities = { ...this.settings.activities() };
  }

  /** Nobody has asked for it yet. */
  static async begin(input: Partial<LeaseInput> = {}, startsAt = NOW): Promise<PlayedLease> {
    const played = new PlayedLease(startsAt);
    await played.run(input);
    return played;
  }

  /** 8 to 4, in effect. */
  static async live(first: LeaseRequest = incidents('A'), input: Partial<LeaseInput> = {}): Promise<PlayedLease> {
    const played = await PlayedLease.begin(input);
    await played.temporal.signal('requestLease', first);
    expect(played.view.state).toBe('active');
    return played;
  }

  /** The run after this one, as it goes on. */
  async next(): Promise<void> {
    const input = this.temporal.continuedAs as LeaseInput;
    this.temporal.continuedAs = undefined;
    this.temporal.info.historyLength = 10;
    await this.run(input);
  }

  get view(): LeaseView {
    return this.temporal.query('lease') as LeaseView;
  }

  /** What the next run would know. */
  get carriedOn(): LeaseMemory | undefined {
    return (this.temporal.continuedAs as LeaseInput | undefined)?.state;
  }

  get notes(): string[] {
    return this.view.notes.map((note) => note.replace(/^\S+ /, ''));
  }

  /** What its agent was asked for, by name. */
  get calls(): string[] {
    return this.temporal.asked.map(({ name }) => name);
  }

  /** What was sent to the workflow of this id. */
  sent(to: string): unknown[] {
    return this.temporal.signals.filter((one) => one.to === to).map(({ name, message }) => [name, message]);
  }

  /** Nobody wants it any more, says anna. */
  async release(): Promise<void> {
    await this.temporal.update('release', { by: 'anna', reason: 'OpenAI is well' });
  }

  private async run(input: Partial<LeaseInput>): Promise<void> {
    await this.temporal.start(() => lease({ host: 'h1', setting: SETTING, ...input }));
  }
}

/** As an agent fails that does not try again. */
export function refusal(message: string, type: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

/** One that nobody wants, and whose host answers nothing of use. */
export async function failing(input: { maxEvents?: number } = {}): Promise<PlayedLease> {
  const played = await PlayedLease.live(incidents('A'), input);
  played.settings.malformed = true;
  await played.release();
  expect(played.view.state).toBe('undoing');
  return played;
}

/** The same, and people were paged of it. */
export async function paged(input: { maxEvents?: number } = {}): Promise<PlayedLease> {
  const played = await failing(input);
  await played.temporal.pass(5 * MINUTE);
  expect(played.sent(CLOCK)).toHaveLength(1);
  return played;
}
