import { writeFile } from 'node:fs/promises';
import { createAgentCommand } from '../../../src/cli/agent-check';
import { UsageError } from '../../../src/cli/support/usage';
import { useTempFolder } from '../host/support/temp-folder';

const folder = useTempFolder();
let said = '';
let exitCode: typeof process.exitCode;

beforeEach(() => {
  said = '';
  ({ exitCode } = process);
  process.exitCode = undefined;
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  process.exitCode = exitCode;
  jest.restoreAllMocks();
});

async function check(missing: string[], config: string, ...args: string[]): Promise<string> {
  await writeFile(folder.path('halcyon.yaml'), config);
  const asked = ['check', ...args, '--config', folder.path('halcyon.yaml')];
  await createAgentCommand(async () => await Promise.resolve(missing)).parseAsync(asked, { from: 'user' });
  return said;
}

const AGENT = 'agent: { host: h1, kingfisher: { installDir: /opt/kf, dataDir: /opt/kf/data } }\n';

it('prints a line for each thing that is missing, without what a terminal obeys, and ends with 1', async () => {
  const printed = await check(['D.4 goes without it', 'a\u001b[31m'], AGENT);
  expect(printed.split('\n')[0]).toBe('D.4 goes without it');
  expect(printed).not.toContain('\u001b');
  expect(process.exitCode).toBe(1);
});

it('says that nothing is missing, and ends well', async () => {
  expect(await check([], AGENT)).toBe('nothing is missing\n');
  expect(process.exitCode).toBeUndefined();
});

it('prints JSON', async () => {
  expect(JSON.parse(await check(['one'], AGENT, '--json'))).toEqual(['one']);
});

it('is for a host that has an agent', async () => {
  await expect(check([], 'hosts: {}\n')).rejects.toThrow(UsageError);
});
