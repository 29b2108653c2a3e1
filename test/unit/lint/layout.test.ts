import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from '../../../lab/project';

const FOLDERS = ['src', 'lab', 'bench', 'scripts', 'test'];
/** Recorded, one for each way through a workflow. */
const DATA = 'test/replay/histories';
const MOST_FILES = 15;

/** Relative paths of the folders that hold more files than one sees at a glance. */
function crowded(): string[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(projectDir, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => path.join(folder, file))
      .filter((file) => statSync(path.join(projectDir, file)).isFile() && !file.startsWith(DATA)),
  );
  const counts = new Map<string, number>();
  for (const folder of files.map((file) => path.dirname(file))) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > MOST_FILES).map(([folder, count]) => `${folder}: ${count} files`);
}

it('no folder is a list that one has to search', () => {
  expect(crowded()).toEqual([]);
});
