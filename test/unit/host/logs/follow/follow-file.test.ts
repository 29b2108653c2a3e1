import { appendFile, rename, truncate, writeFile } from 'node:fs/promises';
import { readFileEnd, readFileOn } from '../../../../../src/host/logs/follow/follow-file';
import { useTempFolder } from '../../support/temp-folder';

const folder = useTempFolder();
const log = () => folder.path('service.log');

describe('a log that is followed', () => {
  it('goes on where the last lines ended, with whole lines only', async () => {
    await writeFile(log(), 'a\nb\nhalf');
    const first = await readFileEnd(log(), 2);
    expect(first.lines).toEqual(['b', 'half']);
    const still = await readFileOn(log(), first.position);
    expect(still).toMatchObject({ lines: [], position: first.position, notes: [], more: false });
    await appendFile(log(), ' of it\nnext\nthen');
    const second = await readFileOn(log(), still.position);
    expect(second.lines).toEqual(['half of it', 'next']);
    await appendFile(log(), '\n');
    expect((await readFileOn(log(), second.position)).lines).toEqual(['then']);
  });

  it('gives no line from its middle, wherever somebody says that it goes on', async () => {
    await writeFile(log(), 'password=hunter22hunter22\nnext\n');
    const { position } = await readFileEnd(log(), 1);
    const { lines } = await readFileOn(log(), { ...position, offset: 'password='.length });
    expect(lines).toEqual(['next']);
    const begin = await readFileOn(log(), { ...position, offset: 'password=hunter22hunter22\n'.length });
    expect(begin.lines).toEqual(['next']);
  });

  it('is read to its end where it was rotated, and then from the beginning of the new one', async () => {
    await writeFile(log(), 'old\n');
    const { position } = await readFileEnd(log(), 1);
    await appendFile(log(), 'last of the old\n');
    await rename(log(), folder.path('service.log.1'));
    await writeFile(log(), 'first of the new\n');
    const next = await readFileOn(log(), position);
    expect(next).toMatchObject({ lines: ['last of the old', 'first of the new'], notes: ['rotated'] });
    expect((await readFileOn(log(), next.position)).lines).toEqual([]);
  });

  it('begins again where it was truncated', async () => {
    await writeFile(log(), 'a\nb\nc\n');
    const { position } = await readFileEnd(log(), 1);
    await truncate(log(), 0);
    await appendFile(log(), 'new\n');
    expect(await readFileOn(log(), position)).toMatchObject({ lines: ['new'], notes: ['truncated'] });
  });

  it('is waited for where it is not there yet', async () => {
    const { position, notes } = await readFileEnd(log(), 5);
    expect(notes).toEqual(['there is no such file']);
    expect(await readFileOn(log(), position)).toMatchObject({ lines: [], notes: [] });
    await writeFile(log(), 'first\n');
    expect(await readFileOn(log(), position)).toMatchObject({ lines: ['first'], notes: ['the file is there now'] });
  });

  it('comes in parts where it is much, and skips what nobody could follow', async () => {
    await writeFile(log(), '');
    let { position } = await readFileEnd(log(), 1);
    const many = Array.from({ length: 5_000 }, (_, at) => `line ${at} ${'x'.repeat(20)}`);
    await appendFile(log(), `${many.join('\n')}\n`);
    const got: string[] = [];
    for (let more = true; more;) {
      const part = await readFileOn(log(), position);
      expect(part.lines.join('\n').length).toBeLessThanOrEqual(48 * 1024);
      got.push(...part.lines);
      ({ position, more } = part);
    }
    expect(got).toEqual(many);
    await appendFile(log(), `${'y'.repeat(99)}\n`.repeat(20_000));
    const far = await readFileOn(log(), position);
    expect(far.notes).toEqual([expect.stringMatching(/^\d+ bytes were passed over/)]);
    expect(new Set(far.lines)).toEqual(new Set(['y'.repeat(99)]));
  });

  it('shows the begin of a line that is longer than what is read, and nothing else of it', async () => {
    await writeFile(log(), 'a\n');
    const { position } = await readFileEnd(log(), 1);
    await appendFile(log(), `${'z'.repeat(200_000)}tail\nnext\n`);
    const long = await readFileOn(log(), position);
    expect(long.lines).toHaveLength(1);
    expect(long.lines[0]).not.toContain('tail');
    expect(long.more).toBe(true);
    expect((await readFileOn(log(), long.position)).lines).toEqual(['next']);
  });
});
