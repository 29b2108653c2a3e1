import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { changeId, createBegunChanges } from '../../../../src/host/fence/begun-changes';
import type { ChangePermit } from '../../../../src/shared/safety/permit';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const begun = () => createBegunChanges({ stateDir: folder.path() });
const permit: ChangePermit = { kind: 'change', token: 7, holder: 'incident/A/h1' };

describe('changes that were begun', () => {
  it('are known after the agent that began them, until they end', () => {
    expect(begun().begin('a')).toBe(false);
    expect(begun().begin('b')).toBe(false);
    expect(begun().begin('a')).toBe(true);
    begun().end('a');
    expect(begun().begin('a')).toBe(false);
    expect(begun().begin('b')).toBe(true);
  });

  it('are kept in a file that needs no more room, however many never end', () => {
    begun().prepare();
    const { ino, size } = statSync(folder.path('begun'));
    const ids = Array.from({ length: 200 }, (_, at) =>
      changeId('ensureRestarted', { permit: { ...permit, token: at } }),
    );
    for (const id of ids) begun().begin(id);
    expect(statSync(folder.path('begun'))).toMatchObject({ ino, size });
    expect(begun().begin(ids.at(-1)!)).toBe(true);
    expect(begun().begin(ids[0]!)).toBe(false);
  });

  it.each(['', 'x', '\0'.repeat(8_192)])(
    'are forgotten with a file that cannot be read, and change nothing else',
    (text) => {
      writeFileSync(folder.path('begun'), text);
      expect(begun().begin('a')).toBe(false);
      expect(begun().begin('a')).toBe(true);
    },
  );

  it('cannot be kept where something else has their place: that is an error', () => {
    mkdirSync(folder.path('begun'));
    expect(() => begun().begin('a')).toThrow(/EISDIR|directory/);
  });
});

it('the id of a change is that of each of its offers, and of nothing else', () => {
  const id = changeId('ensureRestarted', { permit, ...{ service: 'kingfisher' } });
  expect(changeId('ensureRestarted', { ...{ service: 'kingfisher' }, permit: { ...permit } })).toBe(id);
  expect(changeId('ensureStopped', { permit, ...{ service: 'kingfisher' } })).not.toBe(id);
  expect(changeId('ensureRestarted', { permit, ...{ service: 'redis' } })).not.toBe(id);
});
