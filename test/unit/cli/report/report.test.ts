import { formatOf } from '../../../../src/cli/report/hand';
import { createReportCommand } from '../../../../src/cli/report/report';
import { UsageError } from '../../../../src/cli/support/usage';

describe('halcyon report', () => {
  it.each([
    [{}, 'md'],
    [{ html: true }, 'html'],
    [{ output: 'a/b.HTML' }, 'html'],
    [{ output: 'b.json' }, 'json'],
    [{ output: 'b.txt' }, 'md'],
    [{ output: 'b.html', md: true }, 'md'],
  ] as const)('with %j is %s', (options, format) => {
    expect(formatOf(options)).toBe(format);
  });

  it.each([
    ['either an incident', []],
    ['either an incident', ['h1', '--since', '7d']],
    ['--run needs an incident', ['--since', '7d', '--run', 'abcd']],
    ['one of --html, --md and --json', ['h1', '--html', '--json']],
    ['--since: expected a duration', ['--since', 'soon']],
    ['is not over yet', ['--since', '2999-01-01']],
  ])('refuses what it cannot do: %s', async (message, args) => {
    const told = createReportCommand().parseAsync(args, { from: 'user' });
    await expect(told).rejects.toThrow(message);
    await expect(told).rejects.toBeInstanceOf(UsageError);
  });
});
