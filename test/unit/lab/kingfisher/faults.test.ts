import { rmSync, writeFileSync } from 'node:fs';
import { FaultsFile, type Faults } from '../../../../lab/kingfisher/faults';
import { useTempFolder } from '../../host/support/temp-folder';

const folder = useTempFolder();
const path = () => folder.path('faults.json');
const arm = (faults: Faults) => writeFileSync(path(), JSON.stringify(faults));

it('is read anew each time; without a file, or with an unreadable one, nothing is wrong', () => {
  const file = new FaultsFile(path());
  expect(file.read()).toEqual({});
  arm({ telegramSilent: true });
  expect(file.read()).toEqual({ telegramSilent: true });
  writeFileSync(path(), '{"telegramSi');
  expect(file.read()).toEqual({});
});

it('what is in the memory of a process ends with it, all else does not', () => {
  arm({ publisherStuck: true, leakConnections: true, telegramSilent: true });
  expect(new FaultsFile(path()).read()).toEqual({ telegramSilent: true });
});

it('counts again once it was taken away and put back', () => {
  arm({ publisherStuck: true });
  const file = new FaultsFile(path());
  rmSync(path());
  expect(file.read()).toEqual({});
  arm({ publisherStuck: true });
  expect(file.read()).toEqual({ publisherStuck: true });
});

it('can be of the kind that no new start ends', () => {
  arm({ publisherStuck: 'always' });
  expect(new FaultsFile(path()).read()).toEqual({ publisherStuck: 'always' });
});
