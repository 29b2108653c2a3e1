import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectDir } from '../project.mjs';

/**
 * A copy of the project as it stands, in which files may be changed. What git does not know is not copied, except new files;
 * dependencies are shared.
 */
export class Tree {
  constructor(folder) {
    this.folder = folder;
    process.once('exit', () => this.remove());
  }

  static async copy() {
    const tree = new Tree(await mkdtemp(path.join(tmpdir(), 'halcyon-mutate-')));
    const { folder } = tree;
    for (const file of projectFiles()) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await cp(path.join(projectDir, file), path.join(folder, file), { verbatimSymlinks: true });
    }
    await symlink(path.join(projectDir, 'node_modules'), path.join(folder, 'node_modules'));
    return tree;
  }

  path(...names) {
    return path.join(this.folder, ...names);
  }

  async write(file, text) {
    await writeFile(this.path(file), text);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function projectFiles() {
  const list = (...args) => execFileSync('git', ['ls-files', '-z', ...args], { cwd: projectDir, encoding: 'utf8' });
  const deleted = new Set(list('--deleted').split('\0'));
  const files = list('--cached', '--others', '--exclude-standard').split('\0');
  return [...new Set(files)].filter((file) => file !== '' && !deleted.has(file));
}
