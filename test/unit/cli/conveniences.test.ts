import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { freePorts } from '../../../lab/temporal/ports';
import { acceptsConfigAnywhere } from '../../../src/cli/support/config-anywhere';
import { endWithReader } from '../../../src/cli/support/end-with-reader';
import { isRefused } from '../../../src/cli/support/knock';
import { whoAmI } from '../../../src/cli/support/people';

afterEach(() => jest.restoreAllMocks());

describe('--config', () => {
  async function configOf(...args: string[]): Promise<unknown> {
    let seen: unknown;
    const program = new Command('halcyon').exitOverride();
    const group = new Command('incident');
    const show = (_id: string, options: { config?: string }) => {
      seen = options.config;
    };
    group.command('show').argument('<id>').option('--config <file>').action(show);
    acceptsConfigAnywhere(program.addCommand(group));
    await program.parseAsync(args, { from: 'user' });
    return seen;
  }

  it.each([
    [['--config', 'a', 'incident', 'show', 'h1'], 'a'],
    [['incident', '--config', 'a', 'show', 'h1'], 'a'],
    [['incident', 'show', 'h1', '--config', 'a'], 'a'],
    [['--config', 'a', 'incident', 'show', 'h1', '--config', 'b'], 'b'],
    [['incident', 'show', 'h1'], undefined],
  ])('%j', async (args, expected) => {
    expect(await configOf(...args)).toBe(expected);
  });
});

describe('an output that nobody takes', () => {
  function failWith(code: string): jest.SpyInstance {
    const exit = jest.spyOn(process, 'exit').mockReturnValue(undefined as never);
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const out = new PassThrough();
    endWithReader(out as unknown as NodeJS.WriteStream);
    out.emit('error', Object.assign(new Error(code), { code }));
    return exit;
  }

  it('is no error where the reader left', () => {
    expect(failWith('EPIPE').mock.calls[0]).toEqual([]);
  });

  it('is one line and exit code 1 otherwise', () => {
    expect(failWith('ENOSPC')).toHaveBeenLastCalledWith(1);
    expect(process.stderr.write).toHaveBeenCalledWith('halcyon: the output could not be written: ENOSPC\n');
  });
});

describe('isRefused', () => {
  it('tells a port where nobody listens from one where somebody does', async () => {
    const [port = 0] = await freePorts(1);
    expect(await isRefused(`127.0.0.1:${port}`, {})).toBe(true);
    expect(await isRefused(`127.0.0.1:${port}`, { https_proxy: 'http://proxy' })).toBe(false);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await isRefused(`127.0.0.1:${port}`, {})).toBe(false);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('whoAmI', () => {
  it('is who says so, else who called sudo', () => {
    const before = process.env['SUDO_USER'];
    process.env['SUDO_USER'] = 'anna';
    try {
      expect([whoAmI(' bela '), whoAmI(undefined)]).toEqual(['bela', 'anna']);
      expect(() => whoAmI(' ')).toThrow('--as: say who you are');
    } finally {
      if (before === undefined) delete process.env['SUDO_USER'];
      else process.env['SUDO_USER'] = before;
    }
  });
});
