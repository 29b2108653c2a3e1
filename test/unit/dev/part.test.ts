import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createLog } from '../../../src/dev/log';
import { Part } from '../../../src/dev/part';
import { portsInUse } from '../../../src/dev/ports';
import { waitFor } from '../../support/wait-for';

const said: string[] = [];
const started: Part[] = [];
beforeEach(() => said.splice(0));
afterEach(async () => void (await Promise.all(started.splice(0).map((part) => part.stop()))));

/** A program of Node as a part that is ready when it has said so. */
function part(program: string): Part {
  const made = new Part({
    name: 'part',
    command: [process.execPath, '-e', program],
    env: process.env,
    isReady: (self) => self.hasSaid('ready'),
    say: (name, text) => said.push(`${name}: ${text}`),
    againAfterMs: 0,
  });
  started.push(made);
  return made;
}

const STAYS = 'console.log("ready"); setInterval(() => {}, 1000);';

describe('a part', () => {
  it('is started again when it dies', async () => {
    const it = part(STAYS);
    await it.start();
    const first = it.pid!;
    process.kill(first, 'SIGKILL');
    await waitFor(() => it.pid !== first && said.filter((line) => line === 'part: ready').length === 2, {
      what: 'its next start',
    });
    expect(said).toContain('part: ended (SIGKILL); it is started again');
  });

  it('ends the whole when it dies at its start, with its last words', async () => {
    await expect(part('console.error("no such file"); process.exit(3)').start()).rejects.toThrow(
      /^part ended at its start \(exit code 3\):\n {2}no such file$/,
    );
  });

  it('ends the whole when it dies again and again', async () => {
    const it = part('console.log("ready"); setTimeout(() => process.exit(1), 300)');
    await it.start();
    await expect(it.failed).rejects.toThrow('part ended 6 times within a minute, the last time with exit code 1');
  });

  it('ends the whole when it can no longer use its configuration', async () => {
    const it = part('console.log("ready"); setTimeout(() => process.exit(2), 300)');
    await it.start();
    await expect(it.failed).rejects.toThrow('part cannot use its configuration');
  });

  it('is not started again once it was told to end', async () => {
    const it = part(STAYS);
    await it.start();
    const { pid } = it;
    await it.stop();
    expect(it.pid).toBe(pid);
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
  });
});

describe('the common log', () => {
  it('has one line for each, with its part, and moves no cursor', () => {
    const out: string[] = [];
    const say = createLog({ write: (text) => out.push(text) }, () => new Date('2026-11-30T10:00:00Z'));
    say(
      'controller',
      '{"level":40,"time":"2026-11-30T09:59:58.123Z","host":"h1","tries":2,"taskToken":"Ci==","msg":"away"}',
    );
    say('temporal', 'plain \u001b[31mred');
    say('temporal', '{not JSON');
    expect(out).toEqual([
      '09:59:58 controller WARN away host=h1 tries=2\n',
      '10:00:00 temporal   plain  [31mred\n',
      '10:00:00 temporal   {not JSON\n',
    ]);
  });
});

describe('a port that somebody else has', () => {
  it('is named with its part and the key that chooses another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    try {
      await waitFor(() => server.listening, { what: 'the other server' });
      const { port } = server.address() as AddressInfo;
      const wanted = { part: 'intake', host: '127.0.0.1', port, key: 'intake.port' };
      const [line] = await portsInUse([wanted], '/data/halcyon.yaml');
      expect(line).toContain(`127.0.0.1:${port}, for intake, is in use`);
      expect(line).toContain('choose another with intake.port in /data/halcyon.yaml');
    } finally {
      server.close();
    }
    expect(await portsInUse([{ part: 'x', host: '127.0.0.1', port: 0, key: 'k' }], 'f')).toEqual([]);
  });
});
