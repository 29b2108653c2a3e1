import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { faultNames } from '../../../lab/gameday/catalogue';
import type { Row } from '../../../lab/gameday/verdict';
import { labUnavailable } from '../../../lab/lab-host';
import { projectDir } from '../../../lab/project';
import { sampleOf } from '../../../lab/support/random';
import { SEED, sizeOf } from '../../support/sample';

const GAMEDAY = path.join(projectDir, 'dist', 'lab', 'gameday.js');
/** One that heals, one that only people can mend. */
const ALWAYS = ['redis-stopped', 'configuration-broken'];

let directory: string;
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'halcyon-gameday-test-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('faults of the catalogue end as they should, and nothing else is changed', () => {
  if (labUnavailable() !== null) throw new Error(labUnavailable()!);
  const others = faultNames().filter((name) => !ALWAYS.includes(name));
  const names = [
    ...ALWAYS,
    ...sampleOf(others, sizeOf('faults of a game day', { full: others.length, sample: 1 }), SEED),
  ];
  const args = [GAMEDAY, ...names, '--seed', String(SEED), '--output', directory];
  const env = { ...process.env, TMPDIR: directory, HALCYON_LAB_HOME: path.join(directory, 'lab') };
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 1_800_000 });
  const rows = (JSON.parse(readFileSync(path.join(directory, 'gameday.json'), 'utf8')) as { faults: Row[] }).faults;
  expect({ wrong: rows.filter(({ ok }) => !ok), status, stderr }).toMatchObject({ wrong: [], status: 0 });
  expect(rows.map(({ name }) => name).sort()).toEqual([...names].sort());
}, 1_800_000);
