import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Row } from '../../../lab/gameday/verdict';
import { labUnavailable } from '../../../lab/lab-host';
import { projectDir } from '../../../lab/project';
import { sampleOf } from '../../../lab/support/random';
import { SEED, sizeOf } from '../../support/sample';

const GAMEDAY = path.join(projectDir, 'dist', 'lab', 'gameday.js');
/** One that heals, one that only people can mend. */
const ALWAYS = ['redis-stopped', 'configuration-broken'];
/** Those that are over soon: others have alerts with windows of minutes, and are for `npm run gameday`. */
const SHORT = [
  'data-disk-full',
  'postgres-and-redis-stopped',
  'postgres-stopped',
  'rabbitmq-stopped',
  'redis-paused',
  'service-hangs',
  'service-killed',
  'service-stopped',
  'unit-masked',
];

let directory: string;
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'halcyon-gameday-test-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('faults of the catalogue end as they should, and nothing else is changed', () => {
  if (labUnavailable() !== null) throw new Error(labUnavailable()!);
  const size = sizeOf('faults of a game day', { full: SHORT.length, sample: 1 });
  const names = [...ALWAYS, ...sampleOf(SHORT, size, SEED)];
  const args = [GAMEDAY, ...names, '--no-floor', '--seed', String(SEED), '--output', directory];
  const env = { ...process.env, TMPDIR: directory, HALCYON_LAB_HOME: path.join(directory, 'lab') };
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 1_800_000 });
  const rows = (JSON.parse(readFileSync(path.join(directory, 'gameday.json'), 'utf8')) as { faults: Row[] }).faults;
  expect({ wrong: rows.filter(({ ok }) => !ok), status, stderr }).toMatchObject({ wrong: [], status: 0 });
  expect(rows.map(({ name }) => name).sort()).toEqual([...names].sort());
}, 1_800_000);
