import { createHostActivities } from '../../../src/activities/host';
import { createRedactor } from '../../../src/host/redact';
import { readOutboxTable } from '../../../src/host/stores/outbox';
import { createOutboxQuarantine } from '../../../src/host/stores/outbox-quarantine';
import { isHeadExhausted, isHeadStuck } from '../../../src/shared/observations/outbox';
import type { OutboxReading } from '../../../src/shared/observations/outbox';
import { hostSettings } from '../../unit/activities/support/host';
import { useTempFolder } from '../../unit/host/support/temp-folder';
import { ScratchPostgres } from '../../support/sites/postgres';

const TABLE = `
  CREATE SCHEMA kingfisher;
  CREATE TABLE kingfisher.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_type text NOT NULL, payload json NOT NULL,
    routing_key text NOT NULL, exchange text NOT NULL, created_at timestamptz NOT NULL, published_at timestamptz,
    attempts integer NOT NULL DEFAULT 0, max_attempts integer NOT NULL DEFAULT 5, next_attempt timestamptz,
    error_message text)`;
const TABLES = { table: 'kingfisher.outbox', quarantine: 'kingfisher.outbox_quarantine' };
/** What another representation of JSON would not keep. */
const PAYLOAD = '{"b": 1, "a": 12345678901234567890.10, "b": "✓", "nested": {"x": null}}';

const folder = useTempFolder();
const options = { redact: createRedactor(['hunter2-secret']) };
let postgres: ScratchPostgres;
beforeAll(async () => {
  postgres = await ScratchPostgres.up();
  await postgres.query(TABLE);
});
afterAll(async () => await postgres?.down());
beforeEach(async () => {
  await postgres.query(
    'TRUNCATE kingfisher.outbox RESTART IDENTITY; DROP TABLE IF EXISTS kingfisher.outbox_quarantine',
  );
});

interface Event {
  /** Seconds ago. */
  age: number;
  published?: boolean;
  attempts?: number;
  /** Seconds from now. */
  nextAttempt?: number;
  error?: string;
}

async function add(...events: Event[]): Promise<void> {
  for (const { age, published = false, attempts = 0, nextAttempt, error } of events) {
    await postgres.query(
      `INSERT INTO kingfisher.outbox (event_type, payload, routing_key, exchange, created_at, published_at, attempts,
         next_attempt, error_message)
       VALUES ('cluster.found', $1, 'clusters', 'kingfisher.events', now() - $2 * interval '1 second',
         CASE WHEN $3 THEN now() END, $4, now() + $5 * interval '1 second', $6)`,
      [PAYLOAD, age, published, attempts, nextAttempt ?? null, error ?? null],
    );
  }
}

const read = () => readOutboxTable(postgres.url, TABLES, options);

/** As one look of an agent whose KingFisher has no statistics. */
async function look(): Promise<OutboxReading> {
  const table = await read();
  const endpoint = { evidence: 'absent', pending: null, oldestAgeS: null, detail: '' } as const;
  return { pending: table.pending, oldestAgeS: table.oldestAgeS, endpoint, table, observedAt: '' };
}

const rows = () => postgres.query(`SELECT * , payload::text AS text FROM kingfisher.outbox ORDER BY created_at`);

describe('the table of the outbox', () => {
  it('that holds nothing has nothing waiting and no head', async () => {
    expect(await read()).toMatchObject({
      evidence: 'present',
      pending: 0,
      oldestAgeS: null,
      rows: { head: null, waitingBehind: 0, exhausted: 0, lastPublishedAt: null },
    });
    await add({ age: 5, published: true });
    expect(await read()).toMatchObject({ pending: 0, rows: { head: null, lastPublishedAt: expect.any(String) } });
  });

  it('says what waits, what has no attempts left, and what is first in line, with secrets masked', async () => {
    await add(
      { age: 900, published: true },
      { age: 600, attempts: 5, error: 'NOT_FOUND: amqp://kf:hunter2-secret@mq' },
      { age: 500 },
      { age: 400, nextAttempt: 300 },
      { age: 300, attempts: 5 },
      { age: 200 },
    );
    const found = await read();
    expect(found).toMatchObject({
      evidence: 'present',
      pending: 5,
      rows: {
        head: { id: '2', eventType: 'cluster.found', attempts: 5, maxAttempts: 5, isDue: true, isOvertaken: false },
        waitingBehind: 2,
        exhausted: 2,
      },
    });
    expect(found.oldestAgeS).toBeGreaterThanOrEqual(600);
    expect(found.rows!.head!.error).toMatch(/^NOT_FOUND: amqp:/);
    expect(JSON.stringify(found)).not.toContain('hunter2');
    expect(JSON.stringify(found)).not.toContain('nested');
  });

  it('knows a head that others overtook: it holds up nobody', async () => {
    await add({ age: 600, attempts: 5, error: 'NOT_FOUND' }, { age: 500, published: true }, { age: 400 });
    const reading = await look();
    expect(reading.table?.rows?.head?.isOvertaken).toBe(true);
    expect(isHeadExhausted(reading)).toBe(false);
  });

  it('is no empty one where it is missing, is another table, or cannot be asked', async () => {
    const absent = await readOutboxTable(postgres.url, { table: 'kingfisher.outbux' }, options);
    expect(absent).toMatchObject({ evidence: 'absent', pending: null, rows: null });
    await postgres.query('CREATE TABLE IF NOT EXISTS kingfisher.other (id bigint)');
    const other = await readOutboxTable(postgres.url, { table: 'kingfisher.other' }, options);
    expect(other).toMatchObject({ evidence: 'absent', pending: null });
    expect(other.detail).toMatch(/published_at|does not exist/);
    const away = await readOutboxTable('postgres://u:hunter2-secret@127.0.0.1:1/x', TABLES, options);
    expect(away).toMatchObject({ evidence: 'failed', pending: null, rows: null });
  });

  it('that is locked away is waited for only for a while, and is not empty', async () => {
    const client = await postgres.connect();
    try {
      await client.query('BEGIN; LOCK TABLE kingfisher.outbox IN ACCESS EXCLUSIVE MODE');
      expect(await read()).toMatchObject({ evidence: 'failed', pending: null });
    } finally {
      await client.end();
    }
  });

  it('shows a head that nobody tries, and one that is tried', async () => {
    await add({ age: 600, attempts: 2, error: 'payload too large' }, { age: 500 });
    const first = await look();
    expect(isHeadStuck(first, await look())).toBe(true);
    await postgres.query('UPDATE kingfisher.outbox SET attempts = 3 WHERE id = 1');
    expect(isHeadStuck(first, await look())).toBe(false);
    await postgres.query(`UPDATE kingfisher.outbox SET next_attempt = now() + interval '1 hour' WHERE id = 1`);
    const waits = await look();
    expect(isHeadStuck(waits, await look())).toBe(false);
  });
});

describe('the quarantine', () => {
  const quarantine = (signal?: AbortSignal) => createOutboxQuarantine(postgres.url, TABLES, { ...options, signal });
  const wanted = { id: '1', attempts: 5, reason: 'NOT_FOUND' };
  const poisoned = () => add({ age: 600, attempts: 5, error: 'NOT_FOUND', nextAttempt: 60 }, { age: 500 });

  it('takes an event as a whole, once, and gives it back to be tried anew', async () => {
    await poisoned();
    const before = await rows();
    const kept = quarantine();
    expect(await kept.list()).toEqual([]);
    expect(await kept.restore('1')).toBe(false);
    expect(await kept.find('1')).toBe('waiting');
    await kept.put(wanted, () => {});
    expect(await kept.find('1')).toBe('quarantined');
    await kept.put(wanted, () => {});
    expect(await rows()).toEqual(before.slice(1));
    expect(await kept.list()).toEqual([
      { id: '1', eventType: 'cluster.found', reason: 'NOT_FOUND', quarantinedAt: expect.any(String) },
    ]);
    expect(await kept.restore('1')).toBe(true);
    expect(await kept.restore('1')).toBe(false);
    expect(await rows()).toEqual([{ ...before[0], attempts: 0, next_attempt: expect.any(Date) }, before[1]]);
    expect((await read()).rows?.head).toMatchObject({ id: '1', attempts: 0, isDue: true });
    expect((await rows())[0]!['text']).toBe(PAYLOAD);
    expect(await kept.find('1')).toBe('waiting');
  });

  it('leaves an event alone that was tried or published since it was looked at', async () => {
    await poisoned();
    const before = await rows();
    await expect(quarantine().put({ ...wanted, attempts: 4 }, () => {})).rejects.toMatchObject({
      failure: 'ValueChanged',
    });
    await postgres.query('UPDATE kingfisher.outbox SET published_at = now() WHERE id = 1');
    expect(await quarantine().find('1')).toBe('published');
    await expect(quarantine().put(wanted, () => {})).rejects.toMatchObject({ failure: 'ValueChanged' });
    expect(await quarantine().find('7')).toBe('gone');
    expect(await rows()).toHaveLength(before.length);
  });

  it('moves nothing when it may not any more, or when it is called off on the way', async () => {
    await poisoned();
    const before = await rows();
    const refused = () => {
      throw new Error('paused');
    };
    await expect(quarantine().put(wanted, refused)).rejects.toThrow('paused');
    const controller = new AbortController();
    const cut = quarantine(controller.signal).put(wanted, () => controller.abort(new Error('called off')));
    await expect(cut).rejects.toThrow('called off');
    expect(await rows()).toEqual(before);
    expect(await quarantine().list()).toEqual([]);
  });

  it('does not wait for long for whoever is at work on the event', async () => {
    await poisoned();
    const client = await postgres.connect();
    try {
      await client.query('BEGIN; SELECT 1 FROM kingfisher.outbox WHERE id = 1 FOR UPDATE');
      await expect(quarantine().put(wanted, () => {})).rejects.toMatchObject({ failure: 'ObservationFailed' });
    } finally {
      await client.end();
    }
    expect(await quarantine().find('1')).toBe('waiting');
  });
});

describe('the agent', () => {
  const permit = { kind: 'change', token: 1, holder: 'incident/x/h' } as const;
  const event = { id: '1', attempts: 5, reason: 'NOT_FOUND', permit };

  async function agent() {
    const outbox = TABLES;
    const postgresSettings = { unit: 'postgresql.service', url: postgres.url, outbox };
    return createHostActivities({ ...hostSettings(folder.path()), dependencies: { postgres: postgresSettings } });
  }

  it('moves an event once, however often it is asked, and reads on by the table alone', async () => {
    await add({ age: 600, attempts: 5, error: 'NOT_FOUND' }, { age: 500 });
    const { ensureEventQuarantined, observeOutbox } = await agent();
    const { last } = await observeOutbox({ apartMs: 0 });
    expect(last).toMatchObject({
      pending: 2,
      endpoint: { evidence: 'failed' },
      table: { rows: { head: { id: '1' } } },
    });
    const moved = { before: { event: 'waiting' }, after: { event: 'quarantined' }, changed: true };
    expect(await ensureEventQuarantined(event)).toMatchObject(moved);
    expect(await ensureEventQuarantined(event)).toMatchObject({ after: { event: 'quarantined' }, changed: false });
    expect((await observeOutbox({ apartMs: 0 })).last).toMatchObject({
      pending: 1,
      table: { rows: { head: { id: '2' } } },
    });
  });

  it('moves none that was tried meanwhile, and none where the host does not allow it', async () => {
    await add({ age: 600, attempts: 6, error: 'NOT_FOUND' }, { age: 500 });
    await expect((await agent()).ensureEventQuarantined(event)).rejects.toMatchObject({ type: 'ValueChanged' });
    const settings = { ...hostSettings(folder.path()), allow: [] };
    await expect(createHostActivities(settings).ensureEventQuarantined(event)).rejects.toMatchObject({
      type: 'NotAllowed',
    });
    expect(await rows()).toHaveLength(2);
  });
});
