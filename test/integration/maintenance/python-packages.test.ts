import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { readPythonPackages } from '../../../src/host/maintenance/python-packages';
import { runCommand } from '../../../src/host/programs/commands';
import { makeVenv } from '../../support/python';
import { useTempFolder } from '../../unit/host/support/temp-folder';

const folder = useTempFolder();
const options = { run: runCommand, signal: new AbortController().signal };
const venv = () => folder.path('venv');
const environment = () => ({ venv: venv(), user: userInfo().username, timeoutMs: 60_000 });

beforeEach(async () => {
  await makeVenv(async (command, args) => {
    const { exitCode, stderr } = await runCommand({ program: command, args, timeoutMs: 100_000 });
    if (exitCode !== 0) throw new Error(stderr);
  }, folder.path());
});

it('lists what has a newer version in the index, and installs nothing', async () => {
  const listed = await readPythonPackages(environment(), options);
  expect(listed.outdated).toEqual([{ name: 'oldwidget', version: '1.0', latest: '2.0' }]);
  expect(listed.installed).toBeGreaterThanOrEqual(2);
  expect(await readPythonPackages(environment(), options)).toEqual(listed);
});

it('is unknown where the index does not answer: pip itself says so and ends well', async () => {
  await mkdir(venv(), { recursive: true });
  await writeFile(`${venv()}/pip.conf`, '[global]\nindex-url = http://127.0.0.1:9/simple\n');
  const failing = readPythonPackages(environment(), options);
  await expect(failing).rejects.toMatchObject({ failure: 'ObservationFailed' });
  await expect(failing).rejects.toThrow(/the package index of .* does not answer/);
});
