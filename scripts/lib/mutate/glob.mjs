import { readdirSync } from 'node:fs';
import path from 'node:path';
import { inProject } from '../project.mjs';

/** Files of the project that match `src/a/*.ts`, `src/a/**` or a plain path, sorted. `*` stays within a folder. */
export function globSync(pattern) {
  const folder = pattern.slice(0, pattern.search(/[^/]*(\*|$)/)).replace(/\/$/, '');
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')))
    .join('');
  const expected = new RegExp(`^${source}$`);
  return readdirSync(inProject(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(inProject(), path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => expected.test(file))
    .sort();
}
