import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from '../../../lab/project';
import { useTempFolder } from '../host/support/temp-folder';

const folder = useTempFolder();

/** A file of tests that fails in the middle: its process and its host go on. A boot that was cut off is a folder. */
const FAILS = `
const { mkdirSync, writeFileSync } = require('node:fs');
test('leaves all behind', () => {
  const { pid } = require('node:child_process').spawn('sleep', ['86398.5'], { stdio: 'ignore' });
  mkdirSync(process.env.HALCYON_LAB_HOME + '/ghost', { recursive: true });
  writeFileSync(__dirname + '/left.json', JSON.stringify({ pid, home: process.env.HALCYON_LAB_HOME }));
  throw new Error('on purpose');
});`;

/** Runs this as a file of tests of its own, in the environment of the integration tests. */
function runTests(program: string): { stderr: string } {
  mkdirSync(folder.path('tests'));
  writeFileSync(folder.path('tests', 'it.test.js'), program);
  const config = {
    rootDir: folder.path('tests'),
    testEnvironment: path.join(projectDir, 'test/support/jest/clean-environment.js'),
    transform: {},
  };
  const jest = path.join(projectDir, 'node_modules/jest/bin/jest.js');
  const env = { ...process.env, HALCYON_LAB_HOME: folder.path('lab'), JEST_WORKER_ID: '7' };
  const args = [jest, '--runInBand', '--config', JSON.stringify(config)];
  return spawnSync(process.execPath, args, { encoding: 'utf8', env, cwd: folder.path('tests') });
}

function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

it('ends and names what a file of tests left behind, each worker in a folder of its own', () => {
  const { stderr } = runTests(FAILS);
  const { pid, home } = JSON.parse(readFileSync(folder.path('tests', 'left.json'), 'utf8')) as {
    pid: number;
    home: string;
  };
  expect(stderr).toContain('on purpose');
  expect(path.dirname(home)).toBe(folder.path('lab'));
  expect(stderr).toMatch(/it\.test\.js left behind, and it was ended: the host ghost; sleep 86398\.5\n/);
  expect({ host: existsSync(path.join(home, 'ghost')), process: isAlive(pid) }).toEqual({
    host: false,
    process: false,
  });
});

it('says nothing of one that cleans up', () => {
  expect(runTests(`test('nothing', () => {});`).stderr).not.toContain('left behind');
});
