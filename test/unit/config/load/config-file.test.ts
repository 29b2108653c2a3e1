import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../../src/config';
import { readConfigFile } from '../../../../src/config/load/config-file';
import { linesOf, withFolder } from '../support';

const NOBODY = 65_534;

/** Root can read everything: what root cannot show is shown as somebody else. */
function unprivileged<T>(action: () => T): T {
  if (process.geteuid!() !== 0) return action();
  process.seteuid!(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid!(0);
  }
}

describe('where the file is looked for', () => {
  it('path, then HALCYON_CONFIG, then ./halcyon.yaml, then the system file', () => {
    withFolder((cwd) => {
      const systemPath = join(cwd, 'system.yaml');
      const find = (path?: string, variable?: string) => {
        const named = path === undefined ? {} : { path };
        return readConfigFile({ ...named, env: { HALCYON_CONFIG: variable }, cwd, systemPath }).text;
      };
      for (const name of ['halcyon.yaml', 'system.yaml', 'env.yaml', 'path.yaml']) writeFileSync(join(cwd, name), name);
      expect(find(join(cwd, 'path.yaml'), join(cwd, 'env.yaml'))).toBe('path.yaml');
      expect(find(undefined, join(cwd, 'env.yaml'))).toBe('env.yaml');
      expect(find(undefined, '')).toBe('halcyon.yaml');
      expect(readConfigFile({ env: {}, cwd: join(cwd, 'elsewhere'), systemPath }).text).toBe('system.yaml');
    });
  });

  it('says where it looked when there is none', () => {
    withFolder((cwd) => {
      const systemPath = join(cwd, 'system.yaml');
      expect(linesOf(() => readConfigFile({ env: {}, cwd, systemPath }))).toEqual([
        `no configuration file: neither ./halcyon.yaml nor ${systemPath} exists; name one with --config or HALCYON_CONFIG`,
      ]);
    });
  });
});

describe('a file that cannot be read is one line', () => {
  it('missing', () => {
    withFolder((folder) => {
      const path = join(folder, 'a.yaml');
      expect(linesOf(() => loadConfig({ path, env: {} }))).toEqual([`${path}: no such file`]);
    });
  });

  it('a directory', () => {
    withFolder((folder) => {
      expect(linesOf(() => loadConfig({ path: folder, env: {} }))).toEqual([
        `${folder}: is a directory, expected a file`,
      ]);
    });
  });

  it('a directory at the default place', () => {
    withFolder((cwd) => {
      mkdirSync(join(cwd, 'halcyon.yaml'));
      expect(linesOf(() => loadConfig({ env: {}, cwd }))).toEqual(['halcyon.yaml: is a directory, expected a file']);
    });
  });

  it('not readable', () => {
    withFolder((folder) => {
      const path = join(folder, 'a.yaml');
      writeFileSync(path, 'log: {}');
      chmodSync(path, 0);
      expect(unprivileged(() => linesOf(() => loadConfig({ path, env: {} })))).toEqual([
        `${path}: not readable: permission denied`,
      ]);
    });
  });

  it('not text', () => {
    withFolder((folder) => {
      const path = join(folder, 'a.yaml');
      writeFileSync(path, Buffer.from([0x61, 0xff, 0xfe]));
      expect(linesOf(() => loadConfig({ path, env: {} }))).toEqual([`${path}: is not UTF-8 text`]);
    });
  });
});
