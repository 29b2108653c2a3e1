import path from 'node:path';
import { HostError } from '../errors';

/**
 * The steps from `dataDir` down to a folder that may be emptied.
 *
 * @throws HostError `UnsafeSelector` when the folder is empty, relative, `/`, not written plainly, or not below `dataDir`.
 */
export function stepsBelow(dataDir: string, folder: string): string[] {
  for (const place of [dataDir, folder]) {
    if (!path.isAbsolute(place) || path.parse(place).root === place || path.resolve(place) !== withoutSlash(place)) {
      throw unsafe(`"${place}" is not a plain absolute path of a folder`);
    }
  }
  const below = path.relative(dataDir, folder);
  if (below === '' || below.startsWith('..')) throw unsafe(`${folder} is not below dataDir ${dataDir}`);
  return below.split(path.sep);
}

export function unsafe(reason: string): HostError {
  return new HostError('UnsafeSelector', `${reason}; nothing was removed, correct tempDirs in the configuration`);
}

function withoutSlash(place: string): string {
  return place.replace(/\/$/, '');
}
