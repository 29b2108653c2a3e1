import { writeFile } from 'node:fs/promises';
import { createQuarantineCommand } from '../../../src/cli/quarantine';
import { UsageError } from '../../../src/cli/support/usage';
import type { Quarantine, QuarantinedImage } from '../../../src/shared/observations/images/corrupt-images';
import { useTempFolder } from '../host/support/temp-folder';

const folder = useTempFolder();
let said: string;

beforeEach(async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const kingfisher = '{ installDir: /opt/kf, dataDir: /opt/kf/data }';
  await writeFile(folder.path('halcyon.yaml'), `agent: { host: h1, kingfisher: ${kingfisher} }\n`);
});
afterEach(() => jest.restoreAllMocks());

const ENTRY: QuarantinedImage = {
  ...{ id: '0123456789abcdef', path: '/opt/kf/data/images/a\u001b[31m.jpg', why: 'no image', sha256: 'ab', bytes: 8 },
  ...{ uid: 1, gid: 1, mode: 0o640, modifiedAt: '2026-11-23T10:00:00Z', quarantinedAt: '2026-11-23T10:05:00Z' },
  by: 'incident/X/h1',
};

async function quarantine(entries: QuarantinedImage[], ...args: string[]): Promise<string> {
  said = '';
  const known: Quarantine = {
    list: async () => entries,
    restore: async (id) => entries.find((one) => one.id === id),
  };
  const all = [...args, '--config', folder.path('halcyon.yaml')];
  await createQuarantineCommand(() => known).parseAsync(all, { from: 'user' });
  return said;
}

describe('halcyon quarantine', () => {
  it('lists images as a table or JSON, without what a terminal obeys', async () => {
    expect(await quarantine([], 'list')).toBe('no images\n');
    const [head, row] = (await quarantine([ENTRY], 'list')).split('\n');
    expect(head).toMatch(/^MOVED +ID +WHY +WAS$/);
    expect(row).toContain('0123456789abcdef  no image  /opt/kf/data/images/a');
    expect(row).not.toContain('\u001b');
    expect(JSON.parse(await quarantine([ENTRY], 'list', '--json'))).toEqual([ENTRY]);
  });

  it('puts one back, and says where', async () => {
    expect(await quarantine([ENTRY], 'restore', ENTRY.id)).toMatch(/^restored \/opt\/kf\/data\/images\/a/);
  });

  it('refuses an id that is none', async () => {
    await expect(quarantine([ENTRY], 'restore', 'other')).rejects.toThrow(UsageError);
  });
});
