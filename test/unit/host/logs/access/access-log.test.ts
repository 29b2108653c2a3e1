import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readAccessLog } from '../../../../../src/host/logs/access/access-log';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'access-'));
  file = path.join(folder, 'access.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As servers write it, in a zone of so many hours. */
function time(at: number, zone = 0): string {
  const { 0: date, 1: clock } = new Date(at + zone * HOUR).toISOString().slice(0, 19).split('T') as [string, string];
  const [year, month, day] = date.split('-');
  const sign = zone < 0 ? '-' : '+';
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} ${sign}${String(Math.abs(zone)).padStart(2, '0')}00`;
}

interface Request {
  ago?: number;
  address?: string;
  client?: string;
  status?: number;
  request?: string;
  zone?: number;
}

function line({ ago = MINUTE, address = '203.0.113.9', client = '-', status = 401, request, zone = 0 }: Request = {}) {
  const what = request ?? 'GET /api HTTP/1.1';
  return `${address} - ${client} [${time(Date.now() - ago, zone)}] "${what}" ${status} 12 "-" "curl/8"\n`;
}

const read = async (windowMs = HOUR) => await readAccessLog(file, windowMs, new AbortController().signal);

async function counted(lines: string[], windowMs = HOUR) {
  writeFileSync(file, lines.join(''));
  const { tally, evidence } = await read(windowMs);
  const { counts, unread, ahead } = tally;
  return { counts, unread, ahead, evidence, addresses: tally.addresses.refused().map(({ key }) => key) };
}

describe('what is counted', () => {
  it('is every request of the window by its answer, address and client', async () => {
    const lines = [401, 401, 403, 429, 200, 404].map((status) => line({ status, client: 'ui' }));
    writeFileSync(file, [...lines, line({ address: '2001:db8::1', status: 403 })].join(''));
    const { tally, evidence } = await read();
    expect(evidence).toBe('present');
    expect(tally.counts).toEqual([2, 2, 1, 2]);
    expect(tally.addresses.refused()).toEqual([
      { key: '203.0.113.9', counts: [2, 1, 1, 2] },
      { key: '2001:db8::1', counts: [0, 1, 0, 0] },
    ]);
    expect(tally.clients.refused()).toEqual([{ key: 'ui', counts: [2, 1, 1, 2] }]);
    expect(tally.pairs.refused().map(({ key }) => key)).toEqual(['203.0.113.9 - ui']);
    expect(tally.networks().map(({ key }) => key)).toEqual(['203.0.113.0/24', '2001:db8::/64']);
  });

  it('is nothing older than the window, in whatever zone it was written', async () => {
    const { counts } = await counted([line({ ago: 3 * HOUR, zone: 5 }), line({ ago: 30 * MINUTE, zone: -7 })]);
    expect(counts).toEqual([1, 0, 0, 0]);
  });

  it('is what was written after the clock was set wrong for a moment, too', async () => {
    const others = line({ status: 200 }).repeat(20_000);
    const { counts, ahead } = await counted([
      line({ ago: 20 * MINUTE }),
      line({ ago: -48 * HOUR }),
      others,
      line({ ago: 48 * HOUR }),
      line({ ago: MINUTE }),
    ]);
    expect({ counts, ahead }).toEqual({ counts: [2, 0, 0, 20_000], ahead: 1 });
  });

  it('is the whole last line, and nothing of one that is half written', async () => {
    const whole = line();
    expect((await counted([whole, whole.slice(0, 60)])).counts).toEqual([1, 0, 0, 0]);
  });

  it('is what JSON lines say', async () => {
    const at = new Date(Date.now() - MINUTE);
    const json = (more: object) =>
      `${JSON.stringify({ time: at.toISOString(), remote_addr: '203.0.113.9', ...more })}\n`;
    const lines = [
      json({ status: 401, user: 'ui' }),
      json({ status: '429', time: at.getTime() / 1_000 }),
      json({ status: 200, time: at.getTime() }),
      json({ status: 'no' }),
      json({ status: 401, time: '2026-13-45' }),
      '{"status": 401\n',
    ];
    const { counts, unread } = await counted(lines);
    expect({ counts, unread }).toEqual({ counts: [1, 0, 1, 1], unread: 3 });
  });
});

describe('a line that somebody made up', () => {
  const hostile: [string, string, number[], number][] = [
    ['a quote that its server escaped', line({ request: 'GET /\\" 401 \\"x HTTP/1.1', status: 200 }), [0, 0, 0, 1], 0],
    ['backslashes before the end', line({ request: 'GET /\\\\\\\\', status: 403 }), [0, 1, 0, 0], 0],
    ['a name with a time and blanks in it', line({ client: 'x [29/Nov/2026:08:00:00 +0000] y' }), [1, 0, 0, 0], 0],
    ['a request without an end', `1.2.3.4 - - [${time(Date.now())}] "GET / 401 12\n`, [0, 0, 0, 0], 1],
    ['no time', '1.2.3.4 - - [] "GET /" 401 12\n', [0, 0, 0, 0], 1],
    ['a time that is none', '1.2.3.4 - - [99/Nov/2026:08:00:00 +0000] "GET /" 401 12\n', [0, 0, 0, 0], 1],
    ['an address without an end', `${'9'.repeat(500)} - - [${time(Date.now())}] "GET /" 401 1\n`, [0, 0, 0, 0], 1],
    ['a status of more than three', `1.2.3.4 - - [${time(Date.now())}] "GET /" 4010 1\n`, [0, 0, 0, 0], 1],
    ['nothing', '\n', [0, 0, 0, 0], 1],
    ['zeros before it, as of a log that was truncated under its writer', `${'\0'.repeat(9)}${line()}`, [1, 0, 0, 0], 0],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x20, 0x80, 0x0a]).toString('latin1'), [0, 0, 0, 0], 1],
  ];
  it.each(hostile)('with %s ends nothing', async (_what, made, counts, unread) => {
    expect(await counted([line({ status: 200 }), made, line({ status: 200 })])).toMatchObject({
      counts: counts.map((count, at) => count + (at === 3 ? 2 : 0)),
      unread,
    });
  });

  it('that never ends costs no more than others, and hides none', async () => {
    const endless = `203.0.113.7 - - [${time(Date.now())}] "GET /${'a'.repeat(5_000_000)} HTTP/1.1" 401 1\n`;
    expect((await counted([line(), endless, line()])).counts).toEqual([2, 0, 0, 0]);
    expect((await counted(['x'.repeat(3_000_000)])).counts).toEqual([0, 0, 0, 0]);
  });
});

it('lines on both sides of every block are read once and whole', async () => {
  const lines = Array.from({ length: 40_000 }, (_, at) =>
    line({ address: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}` }),
  );
  const { counts, unread, addresses } = await counted(lines);
  expect({ counts, unread }).toEqual({ counts: [40_000, 0, 0, 0], unread: 0 });
  expect(new Set(addresses).size).toBe(addresses.length);
});

it('an address that sends most is found among many thousands that send one each', async () => {
  const lines = Array.from({ length: 40_000 }, (_, at) =>
    line({
      address: at % 50 === 0 ? '203.0.113.9' : `2001:db8:${(at >> 8).toString(16)}:${(at & 255).toString(16)}::1`,
    }),
  );
  writeFileSync(file, lines.join(''));
  const { tally } = await read();
  expect(tally.addresses.refused()[0]).toEqual({ key: '203.0.113.9', counts: [800, 0, 0, 0] });
  const kept = tally.addresses.refused().reduce((all, { counts }) => all + counts[0]!, 0);
  expect(kept + tally.addresses.notKept).toBe(40_000);
});

it('addresses of one network that send one each are one network', async () => {
  const lines = Array.from({ length: 30_000 }, (_, at) => line({ address: `2001:db8:1:2::${(at + 1).toString(16)}` }));
  writeFileSync(file, lines.join(''));
  expect((await read()).tally.networks()[0]).toEqual({ key: '2001:db8:1:2::/64', counts: [30_000, 0, 0, 0] });
});

it('what is older than the window is not read to its begin, nor is the file before it', async () => {
  const old = line({ ago: 5 * HOUR }).repeat(40_000);
  writeFileSync(`${file}.1`, 'no request\n');
  writeFileSync(file, `no request\n${old}${line({ ago: MINUTE })}`);
  expect((await read()).tally).toMatchObject({ counts: [1, 0, 0, 0], unread: 0 });
});

describe('a log that was rotated', () => {
  it('is read where the window reaches into the older file, and only then', async () => {
    writeFileSync(`${file}.1`, line({ ago: 50 * MINUTE }) + line({ ago: 40 * MINUTE }));
    writeFileSync(file, line({ ago: 20 * MINUTE }) + line({ ago: MINUTE }));
    expect((await read()).tally.counts[0]).toBe(4);
    expect((await read(45 * MINUTE)).tally.counts[0]).toBe(3);
    // Both files are shorter than a block, so the newer one is read whole, and ends nothing by itself.
    expect((await read(30 * MINUTE)).tally.counts[0]).toBe(2);
  });

  it('and is not written to yet is no error', async () => {
    writeFileSync(`${file}.1`, line());
    writeFileSync(file, '');
    expect((await read()).tally.counts[0]).toBe(1);
  });

  it('while it was read is counted once', async () => {
    writeFileSync(file, line());
    const reading = read();
    renameSync(file, `${file}.1`);
    const { tally } = await reading;
    expect(tally.counts[0]).toBeLessThanOrEqual(1);
  });

  it('by truncation is no quiet one', async () => {
    writeFileSync(file, line().repeat(60_000));
    const reading = read();
    truncateSync(file, 0);
    appendFileSync(file, line());
    await reading.then(
      ({ tally }) => expect([1, 60_000]).toContain(tally.counts[0]),
      (err: unknown) => expect(err).toMatchObject({ failure: 'ObservationFailed' }),
    );
  });
});

describe('evidence that is none', () => {
  it('is said as such', async () => {
    expect((await read()).evidence).toBe('absent');
    writeFileSync(file, 'kingfisher started\nready\n');
    expect((await read()).evidence).toBe('malformed');
    rmSync(file);
    mkdirSync(file);
    expect((await read()).evidence).toBe('malformed');
  });

  it('a link in its place is not followed', async () => {
    writeFileSync(path.join(folder, 'other'), line());
    symlinkSync(path.join(folder, 'other'), file);
    expect((await read()).evidence).toBe('malformed');
  });

  it('a log that nobody wrote to for hours is stale', async () => {
    writeFileSync(file, line({ ago: 3 * HOUR }));
    const { utimesSync } = await import('node:fs');
    utimesSync(file, new Date(), new Date(Date.now() - 3 * HOUR));
    expect((await read()).evidence).toBe('stale');
  });
});

it('is given up when nobody waits for it', async () => {
  writeFileSync(file, line().repeat(60_000));
  const controller = new AbortController();
  controller.abort(new Error('cancelled'));
  await expect(readAccessLog(file, HOUR, controller.signal)).rejects.toThrow('cancelled');
});
