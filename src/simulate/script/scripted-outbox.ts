import type { HostActivities } from '../../activities/host';
import type { BrokerAlarm } from '../../shared/observations/events/broker';
import { directionOf, outboxStanding } from '../../shared/observations/events/outbox';
import type { EventPlace, OutboxHead, OutboxReading, OutboxSource } from '../../shared/observations/events/outbox';
import { endpoint } from './scripted-answers';
import type { ScriptedReading } from './scripted-readings';
import type { ScriptedHost } from './scripted-host';
import { scriptedPath } from './scripted-service';

/** Of those that wait, so many of a hundred are published between two looks. */
const PUBLISHED_PERCENT = 40;
const MOST_ATTEMPTS = 5;

/** KingFisher's outbox on a scripted host: it falls at each look at it while nothing holds it up. */
export class ScriptedOutbox {
  pending = 0;
  /** More that come between two looks. */
  arriving = 0;
  /** What the statistics answer in place of the number. */
  statistics: Pick<OutboxSource, 'evidence' | 'detail'> | null = null;
  /** What they say in place of the truth. */
  claimed: number | null = null;
  /** Whether the host's configuration names the table. */
  hasTable = true;
  /** The start of KingFisher in which its publisher does nothing; any other one works. */
  stuckIn: string | null = null;
  /** Events that nobody can publish, the first in line first; all others wait behind them. */
  poisoned: string[] = [];
  /** Of a poisoned event, each time it is looked at. */
  attempts = MOST_ATTEMPTS;
  isRetried = false;
  /** Events that have no attempts left. */
  exhausted = 0;
  readonly quarantined: string[] = [];
  /** What RabbitMQ's management says of them. */
  alarms: BrokerAlarm[] = [];
  private lastPublishedAt = '2026-01-01T00:00:00.000Z';
  private published = 0;

  constructor(private readonly host: ScriptedHost) {}

  look(): OutboxReading {
    this.goOn();
    const { pending, host } = this;
    const said = (number: number): OutboxSource => ({
      evidence: 'present',
      pending: number,
      oldestAgeS: number === 0 ? null : 900,
      detail: '',
    });
    const statistics =
      this.statistics === null
        ? said(this.claimed ?? pending)
        : { ...this.statistics, pending: null, oldestAgeS: null };
    const head = this.head();
    const { lastPublishedAt } = this;
    const rows = {
      head,
      waitingBehind: Math.max(0, pending - this.poisoned.length),
      exhausted: this.exhausted,
      lastPublishedAt,
    };
    const known = this.hasTable ? Math.max(pending, statistics.pending ?? 0) : statistics.pending;
    return {
      pending: known,
      oldestAgeS: known === 0 ? null : 900,
      endpoint: statistics,
      table: this.hasTable ? { ...said(pending), rows } : null,
      observedAt: host.now(),
    };
  }

  reading({ pendingAbove }: { pendingAbove: number }): ScriptedReading {
    const first = this.look();
    const last = this.look();
    return { standing: outboxStanding(last, pendingAbove, directionOf(first, last)), last };
  }

  activities(): Partial<HostActivities> {
    return {
      observeOutbox: async ({ apartMs }) => ({ first: this.look(), last: this.look(), apartMs }),
      observeBrokerAlarms: async () => ({ endpoint: endpoint('ok', 200), alarms: this.alarms }),
      ensureEventQuarantined: async ({ id }) => {
        const before = this.placeOf(id);
        if (before === 'waiting') {
          this.poisoned = this.poisoned.filter((event) => event !== id);
          this.quarantined.push(id);
          this.pending -= 1;
        }
        return {
          before: { event: before },
          after: { event: this.placeOf(id) },
          changed: before === 'waiting',
          notes: [],
        };
      },
    };
  }

  private goOn(): void {
    this.pending += this.arriving;
    if (this.isRetried && this.poisoned.length > 0) this.attempts += 1;
    const { host, poisoned, stuckIn } = this;
    const isUp = host.up.kingfisher && host.up.rabbitmq && host.conditions.rabbitmq === undefined;
    if (
      !isUp ||
      stuckIn === host.invocation.kingfisher ||
      scriptedPath(host, 'rabbitmq').rules.length > 0 ||
      poisoned.length > 0
    )
      return;
    if (this.pending === 0) return;
    this.published += 1;
    this.lastPublishedAt = new Date(Date.parse(this.lastPublishedAt) + this.published * 1_000).toISOString();
    this.pending -= Math.max(1, Math.floor((this.pending * PUBLISHED_PERCENT) / 100));
  }

  private head(): OutboxHead | null {
    const [poisoned] = this.poisoned;
    if (this.pending === 0) return null;
    return {
      id: poisoned ?? '1',
      eventType: 'cluster.found',
      exchange: 'kingfisher.events',
      routingKey: 'clusters',
      createdAt: '2026-01-01T00:00:00.000Z',
      attempts: poisoned === undefined ? 0 : this.attempts,
      maxAttempts: MOST_ATTEMPTS,
      isDue: true,
      isOvertaken: false,
      error: poisoned === undefined ? '' : 'PRECONDITION_FAILED: payload too large',
    };
  }

  private placeOf(id: string): EventPlace {
    if (this.quarantined.includes(id)) return 'quarantined';
    return this.poisoned.includes(id) || this.pending > 0 ? 'waiting' : 'gone';
  }
}
