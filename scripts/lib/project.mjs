import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of package.json. */
export const projectDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** A path inside the project. */
export function inProject(...names) {
  return path.join(projectDir, ...names);
}
