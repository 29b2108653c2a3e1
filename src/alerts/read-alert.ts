import { createHash } from 'node:crypto';
import type { Alert } from '../shared/alert';
import { isFingerprint } from '../shared/episode';
import { problem } from './problems';
import { parseTime, readStart } from './start';
import { clip, clipRecord } from './text';
import type { Bounds } from './text';

const MAX_PROBLEMS = 20;
const MAX_NAME_SHOWN = 40;

/** What routing and runbooks read: these stay when there are too many. */
const FIRST_LABELS = ['alertname', 'instance', 'service', 'severity', 'team'];
/** What people read; each alert carries it into its incident's history. */
const READ_ANNOTATIONS = ['summary', 'description', 'runbook_url', 'window'];
const BOUNDS = {
  labels: { names: 64, bytes: 4_000 },
  readAnnotations: { names: 4, bytes: 3_000 },
  otherAnnotations: { names: 64, bytes: 500 },
} satisfies Record<string, Bounds>;

/** What an alert has from its message. */
export type FromMessage = Pick<Alert, 'externalURL' | 'truncated' | 'receivedAt'>;

/**
 * One alert of a message, with whatever can be read of it: nothing is dropped, and what can be mended is mended. What
 * could not is its finding `AlertMalformed`; without status or labels no runbook can act on it.
 */
export function readAlert(value: unknown, place: string, message: FromMessage, problems: readonly string[]): Alert {
  const reader = new Reader(value, place);
  const raw = reader.labels();
  const labels = clipRecord(first(FIRST_LABELS, raw), BOUNDS.labels);
  const annotations = Object.entries(reader.texts('annotations'));
  const { finding: clamped, ...start } = readStart(reader.get('startsAt'), message.receivedAt);
  const status = reader.status();
  const endsAt = reader.end();
  const fingerprint = reader.text('fingerprint');
  const isRead = ([name]: [string, string]) => READ_ANNOTATIONS.includes(name);
  const alert: Alert = {
    status,
    alertname: labels['alertname'] ?? '',
    fingerprint: isFingerprint(fingerprint) ? fingerprint : fingerprintOf(raw),
    ...start,
    ...(status === 'resolved' && endsAt !== undefined ? { endsAt } : {}),
    labels,
    annotations: {
      ...clipRecord(first(READ_ANNOTATIONS, Object.fromEntries(annotations.filter(isRead))), BOUNDS.readAnnotations),
      ...clipRecord(
        annotations.filter((entry) => !isRead(entry)),
        BOUNDS.otherAnnotations,
      ),
    },
    generatorURL: clip(reader.text('generatorURL')),
    ...message,
  };
  const all = [...problems, ...reader.problems].slice(0, MAX_PROBLEMS);
  const findings = [
    ...(clamped === undefined ? [] : [clamped]),
    ...(all.length === 0 ? [] : [{ name: 'AlertMalformed', detail: all.join('; ') }]),
  ];
  if (findings.length > 0) alert.findings = findings;
  if (reader.lacks !== undefined) alert.malformed = reader.lacks;
  return alert;
}

/** Reads one part after the other; what is not as it should be becomes a problem, and what it can do without. */
class Reader {
  readonly problems: string[] = [];
  /** The first thing that it lacks and no runbook can do without. */
  lacks: string | undefined;
  private readonly fields: Record<string, unknown>;
  private readonly isAlert: boolean;

  constructor(
    value: unknown,
    private readonly place: string,
  ) {
    this.isAlert = isMapping(value);
    this.fields = isMapping(value) ? value : {};
    if (!this.isAlert) this.lack(problem(place, 'an alert', value));
  }

  get(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  status(): Alert['status'] {
    const status = this.get('status');
    if (status === 'firing' || status === 'resolved') return status;
    this.lack(problem(`${this.place}.status`, '"firing" or "resolved"', status));
    // Whoever reports something wants it looked at.
    return 'firing';
  }

  labels(): Record<string, string> {
    const labels = this.get('labels');
    if (!isMapping(labels)) this.lack(problem(`${this.place}.labels`, 'a mapping of texts', labels));
    return this.texts('labels');
  }

  /** A mapping of texts; numbers and the like are texts too, nothing is left out. */
  texts(name: string): Record<string, string> {
    const value = this.get(name);
    if (!isMapping(value)) {
      if (value !== undefined && value !== null && name !== 'labels') {
        this.problems.push(problem(`${this.place}.${name}`, 'a mapping of texts', value));
      }
      return {};
    }
    const entries = Object.entries(value).flatMap(([key, text]): [string, string][] => {
      if (key === '__proto__' || text === null) return [];
      if (['string', 'number', 'boolean'].includes(typeof text)) return [[key, String(text)]];
      this.problems.push(problem(`${this.place}.${name}.${clip(key, MAX_NAME_SHOWN)}`, 'a text', text));
      return [];
    });
    return Object.fromEntries(entries);
  }

  text(name: string): string {
    const value = this.get(name) ?? '';
    if (typeof value === 'string') return value;
    this.problems.push(problem(`${this.place}.${name}`, 'a text', value));
    return '';
  }

  /** Undefined for Go's zero time too, which Alertmanager sends for "not ended". */
  end(): string | undefined {
    const value = this.get('endsAt') ?? '';
    if (value === '') return undefined;
    const ms = parseTime(value);
    if (ms === undefined) this.problems.push(problem(`${this.place}.endsAt`, 'an ISO 8601 time', value));
    return ms === undefined || ms <= 0 ? undefined : new Date(ms).toISOString();
  }

  private lack(what: string): void {
    // What is no alert lacks everything: that is said once.
    if (!this.isAlert && this.lacks !== undefined) return;
    this.lacks ??= what;
    this.problems.push(what);
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function first(names: readonly string[], record: Record<string, string>): [string, string][] {
  const isFirst = (name: string) => names.includes(name);
  return [
    ...names.filter((name) => Object.hasOwn(record, name)).map((name): [string, string] => [name, record[name]!]),
    ...Object.entries(record).filter(([name]) => !isFirst(name)),
  ];
}

/** For senders that leave it out, or send something else in its place: the same labels always give the same. */
function fingerprintOf(labels: Record<string, string>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
