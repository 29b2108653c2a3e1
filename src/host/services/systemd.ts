import type { ActiveState, RecentStarts, ServiceName, ServiceState } from '../../shared/observations/service';
import { describeEnd } from '../programs/commands';
import type { CommandResult, CommandRunner } from '../programs/commands';
import { HostError } from '../errors';
import { isStopped } from './service-manager';
import type { ServiceManager } from './service-manager';
import { sleep } from '../sleep';
import { PATIENCE, limitOf, observeStopTimeout, stuckJob } from './systemd-jobs';
import type { Patience } from './systemd-jobs';
import { readUnitLog } from '../logs/unit-log';
import type { UnitLine } from '../logs/unit-log';
import { observeUnitStarts } from './unit-starts';

const SYSTEMCTL = '/usr/bin/systemctl';
const REMEDY = 'install systemd, or choose the service manager "process" in the configuration';
const ASK_TIMEOUT_MS = 5_000;
const POLL_MS = 25;
/** Each question starts a program: what takes seconds to stop needs the processors more than we do. */
const LONG_POLL_MS = 250;
/** What has taken long is asked for seldomer, and known late by this share of it at most. */
const LATE_BY = 0.05;

const PROPERTIES = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'ExecMainCode',
  'ExecMainStatus',
  'ExecMainStartTimestamp',
  'ActiveEnterTimestamp',
  'InvocationID',
  'NRestarts',
  'MainPID',
  'Job',
];

interface Unit {
  service: ServiceName;
  /** `kingfisher.service` */
  unit: string;
}

/** A service under systemd, asked and restarted by `systemctl`. */
export class SystemdManager implements ServiceManager {
  private readonly unit: string;

  constructor(
    private readonly named: Unit,
    private readonly run: CommandRunner,
    private readonly patience: Patience = PATIENCE,
  ) {
    this.unit = named.unit;
  }

  async observe(signal?: AbortSignal): Promise<ServiceState> {
    const args = ['show', '--no-pager', '--timestamp=us+utc', `--property=${PROPERTIES.join(',')}`, '--', this.unit];
    const result = await this.systemctl(args, signal);
    if (result.exitCode !== 0) throw notObserved(this.unit, result);
    return parseUnit(this.named, result.stdout, new Date());
  }

  async observeRecentStarts(signal?: AbortSignal): Promise<RecentStarts> {
    return await observeUnitStarts(this.unit, this.run, signal);
  }

  async observeStartLog(lines: number, signal?: AbortSignal): Promise<UnitLine[] | undefined> {
    return await readUnitLog(this.unit, lines, this.run, signal);
  }

  async settle(signal?: AbortSignal): Promise<ServiceState> {
    return await this.observeUntil((state) => !state.jobPending, { signal });
  }

  /** @throws HostError `JobStuck` */
  private async observeUntil(
    holds: (state: ServiceState) => boolean,
    { signal, isOurs = false }: { signal?: AbortSignal | undefined; isOurs?: boolean },
  ): Promise<ServiceState> {
    const begin = performance.now();
    let asked: Promise<number> | undefined;
    const stopTimeout = () => (asked ??= observeStopTimeout(this.unit, this.systemctl, signal));
    for (;;) {
      const state = await this.observe(signal);
      if (holds(state)) return state;
      const afterMs = performance.now() - begin;
      if (afterMs >= (await limitOf(state, this.patience, stopTimeout))) {
        throw await stuckJob(state, { systemctl: this.systemctl, isOurs, afterMs });
      }
      await sleep(Math.min(Math.max(POLL_MS, afterMs * LATE_BY), LONG_POLL_MS), signal);
    }
  }

  /** systemd counts starts by hand too: the sixth within ten seconds is refused until the count is cleared. */
  async restart(): Promise<ServiceState> {
    const state = await this.startAnew();
    return state.result === 'start-limit-hit' ? await this.startAnew() : state;
  }

  /**
   * The job exists from the moment `systemctl` returns. The new start has a name before the unit calls itself ready:
   * PostgreSQL's answers two seconds earlier. Without one, systemd has done what it will do when the job is gone.
   */
  private async startAnew(): Promise<ServiceState> {
    // Also clears the count of recent starts. Fails harmlessly for a unit that systemd has not loaded.
    await this.systemctl(['reset-failed', '--', this.unit]);
    const { invocation } = await this.observe();
    const result = await this.systemctl(['restart', '--no-block', '--no-ask-password', '--', this.unit]);
    if (result.exitCode !== 0) throw refused('restart', this.unit, result);
    return await this.observeUntil((state) => !state.jobPending || isNewStart(state, invocation), { isOurs: true });
  }

  /** Waits for the unit rather than for `systemctl`, which returns before a unit that is already stopping has stopped. */
  async stop(signal?: AbortSignal): Promise<ServiceState> {
    const result = await this.systemctl(['stop', '--no-block', '--no-ask-password', '--', this.unit]);
    if (result.exitCode !== 0) throw refused('stop', this.unit, result);
    return await this.observeUntil(isStopped, { signal, isOurs: true });
  }

  async start(): Promise<ServiceState> {
    await this.systemctl(['reset-failed', '--', this.unit]);
    const result = await this.systemctl(['start', '--no-block', '--no-ask-password', '--', this.unit]);
    if (result.exitCode !== 0) throw refused('start', this.unit, result);
    return await this.observeUntil((state) => !state.jobPending, { isOurs: true });
  }

  private readonly systemctl = async (args: string[], signal?: AbortSignal): Promise<CommandResult> =>
    await this.run({ program: SYSTEMCTL, args, timeoutMs: ASK_TIMEOUT_MS, remedy: REMEDY, signal });
}

/**
 * A unit's state from the output of `systemctl show --timestamp=us+utc`.
 *
 * @throws HostError `ObservationFailed` when the output is not that.
 */
export function parseUnit({ service, unit }: Unit, output: string, observedAt: Date): ServiceState {
  const properties = new Map(output.split('\n').map((line) => splitOnce(line, '=')));
  const property = (name: string) => properties.get(name) ?? '';
  const load = property('LoadState');
  if (load === '') throw new HostError('ObservationFailed', `systemctl show ${unit} did not say its LoadState`);
  return {
    service,
    manager: 'systemd',
    unit,
    load: isLoad(load) ? load : 'error',
    active: isActive(property('ActiveState')) ? (property('ActiveState') as ActiveState) : 'activating',
    sub: property('SubState'),
    result: property('Result'),
    // ExecMainCode 0: no main process has ended since the unit was started.
    exitStatus: Number(property('ExecMainCode')) === 0 ? null : Number(property('ExecMainStatus')),
    invocation: property('InvocationID'),
    startedAt: parseTimestamp(property('ExecMainStartTimestamp')) ?? parseTimestamp(property('ActiveEnterTimestamp')),
    mainPid: Number(property('MainPID')) || null,
    restarts: Number(property('NRestarts')) || 0,
    jobPending: !['', '0'].includes(property('Job')),
    observedAt: observedAt.toISOString(),
  };
}

/** systemd names a start when it begins it; a stop before that still has the old name, or none. */
function isNewStart({ invocation, active }: ServiceState, before: string): boolean {
  return invocation !== '' && invocation !== before && active !== 'deactivating';
}

/** `Mon 2026-11-23 21:43:09.889661 UTC` as ISO 8601; null for a moment that never was. */
function parseTimestamp(text: string): string | null {
  const found = /^\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d* UTC$/.exec(text);
  return found === null ? null : new Date(`${found[1]}T${found[2]}Z`).toISOString();
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + by.length)];
}

function isLoad(text: string): text is ServiceState['load'] {
  return ['loaded', 'masked', 'not-found', 'bad-setting', 'error'].includes(text);
}

function isActive(text: string): text is ActiveState {
  return ['active', 'reloading', 'activating', 'deactivating', 'inactive', 'failed'].includes(text);
}

function said({ stderr }: CommandResult): string {
  return stderr.trim().replace(/\s*\n\s*/g, ' ') || 'it said nothing';
}

function notObserved(unit: string, result: CommandResult): HostError {
  return new HostError(
    'ObservationFailed',
    `systemctl show ${unit}: ${describeEnd(result)}: ${said(result)}; ${REMEDY}`,
  );
}

function refused(verb: 'restart' | 'stop' | 'start', unit: string, result: CommandResult): HostError {
  const remedy = 'run the agent as root, or allow it to manage this unit (polkit)';
  return new HostError(
    'NotInDesiredState',
    `systemctl ${verb} ${unit}: ${describeEnd(result)}: ${said(result)}; ${remedy}`,
  );
}
