import { readJournalEnd, readJournalOn } from '../../../../../src/host/logs/follow/follow-journal';
import type { CommandRunner } from '../../../../../src/host/programs/commands';

const { signal } = new AbortController();
const cursor = (at: number) => `s=0a1b;i=${at.toString(16)};b=2c;m=3d;t=4e;x=5f`;

/** A journal of so many entries, and what journalctl was asked. */
function journal(entries: number, message = 'said', exitCode = 0) {
  const asked: string[][] = [];
  const run: CommandRunner = async ({ args }) => {
    asked.push(args);
    const lines = Array.from({ length: entries }, (_, at) =>
      JSON.stringify({ __CURSOR: cursor(at), _COMM: 'python', MESSAGE: `${message} ${at}` }),
    );
    const stdout = (args.includes('--reverse') ? lines.reverse() : lines).join('\n');
    return { exitCode, signal: null, timedOut: false, truncated: false, stdout, stderr: 'no', durationMs: 1 };
  };
  return { run, asked };
}

it('begins with the newest lines, and goes on after the last', async () => {
  const { run, asked } = journal(2);
  const first = await readJournalEnd('kingfisher.service', 5, run, signal);
  expect(first).toEqual({ lines: ['python: said 0', 'python: said 1'], after: cursor(1), more: false });
  await readJournalOn('kingfisher.service', first!.after, run, signal);
  expect(asked[0]).toContain('--lines=5');
  expect(asked[1]).toContain(`--after-cursor=${cursor(1)}`);
  expect(asked.flat()).not.toContain('--follow');
});

it('goes on since now where nothing was said yet', async () => {
  const { run, asked } = journal(0);
  const first = await readJournalEnd('kingfisher.service', 5, run, signal);
  expect(first!.after).toMatch(/^@\d{10}$/);
  await readJournalOn('kingfisher.service', first!.after, run, signal);
  expect(asked[1]).toContain(`--since=${first!.after}`);
});

it('takes what fits, and says that there is more', async () => {
  const { run } = journal(100, 'x'.repeat(1_000));
  const part = await readJournalOn('kingfisher.service', cursor(0), run, signal);
  expect(part!.lines.length).toBeGreaterThan(40);
  expect(part!.lines.length).toBeLessThan(50);
  expect(part).toMatchObject({ after: cursor(part!.lines.length - 1), more: true });
});

it.each(['--file=/etc/shadow', '', 's=x --merge', '@1 --directory=/root'])(
  'gives journalctl no argument that is no place: %s',
  async (after) => {
    const { run, asked } = journal(1);
    await readJournalOn('kingfisher.service', after, run, signal);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('--lines=0');
    expect(asked[0]!.filter((arg) => after !== '' && arg.includes(after))).toEqual([]);
  },
);

it('says of a journal that it cannot read that it cannot', async () => {
  const { run } = journal(0, '', 1);
  expect(await readJournalEnd('kingfisher.service', 5, run, signal)).toBeUndefined();
});
