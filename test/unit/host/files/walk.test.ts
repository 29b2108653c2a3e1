import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openFromRoot } from '../../../../src/host/files/from-root';
import { walk } from '../../../../src/host/files/walk';
import type { Visitor } from '../../../../src/host/files/walk';
import { whileMounted } from '../support/bind-mount';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(folder.path(file)), { recursive: true });
    writeFileSync(folder.path(file), 'x');
  }
}

/** What a walk did, in its order. */
async function walked(more: Partial<Visitor> = {}): Promise<string[]> {
  const seen: string[] = [];
  const opened = (await openFromRoot(folder.path()))!;
  try {
    await walk(opened, {
      entries: async (_folder, entries, below) => {
        seen.push(`${below}: ${entries.map(({ name }) => name).sort()}`);
      },
      enters: () => true,
      left: async (_parent, _entry, below) => void seen.push(`left ${below}`),
      tooDeep: (below, deepest) => void seen.push(`${below} is below ${deepest}`),
      ...more,
    });
  } finally {
    await opened.close();
  }
  return seen;
}

describe('a walk', () => {
  it('visits what is in a folder before what is below it, folders by name, and leaves the deepest first', async () => {
    put('a', 'y/b', 'x/c', 'x/z/d');
    expect(await walked()).toEqual([': a', 'x: c', 'x/z: d', 'left x/z', 'left x', 'y: b', 'left y']);
  });

  it('goes into no folder that it was told to leave, and through no link', async () => {
    put('x/c', 'y/d');
    symlinkSync(folder.path('x'), folder.path('link'));
    expect(await walked({ enters: ({ below }) => below !== 'y' })).toEqual([': link', 'x: c', 'left x']);
  });

  it('goes no deeper than it may', async () => {
    put('1/2/3/4/a');
    expect(await walked({ deepest: 3 })).toEqual(['1/2/3 is below 3', 'left 1/2', 'left 1']);
  });

  it('knows a thousand entries of a folder at a time', async () => {
    put(...Array.from({ length: 2_001 }, (_, at) => `many/${at}`));
    const sizes: number[] = [];
    await walked({ entries: async (_folder, entries) => void sizes.push(entries.length) });
    expect(sizes).toEqual([1_000, 1_000, 1]);
  });

  it('tells where something is mounted, from the same file system too', async () => {
    put('elsewhere/a', 'mounted/b');
    await whileMounted(folder.path('elsewhere'), folder.path('mounted'), async () => {
      const mounted: string[] = [];
      await walked({ enters: ({ below, isMounted }) => mounted.push(...(isMounted ? [below] : [])) >= 0 });
      expect(mounted).toEqual(['mounted']);
    });
  });

  it('ends when it is called off', async () => {
    put('a', 'x/b');
    const stop = new AbortController();
    const calledOff = walked({ entries: async () => stop.abort(new Error('called off')), signal: stop.signal });
    await expect(calledOff).rejects.toThrow('called off');
  });
});
