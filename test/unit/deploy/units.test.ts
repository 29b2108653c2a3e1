import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../../src/config';

const ROOT = path.resolve(__dirname, '../../..');
const UNITS = ['controller', 'controller@', 'agent', 'intake'] as const;

/** Every value of a key of a unit, in order. */
function values(name: string, key: string): string[] {
  const text = readFileSync(path.join(ROOT, `deploy/systemd/halcyon-${name}.service`), 'utf8');
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value!);
}

describe('the unit of the agent', () => {
  const example = readFileSync(path.join(ROOT, 'halcyon.example.yaml'), 'utf8');
  const inEtc = [...example.matchAll(/^# +file: (\/etc\/.*)$/gm)].map(([, file]) => file!);

  it('can write what the example of the configuration lets a lease change', () => {
    expect(inEtc).toContain('/etc/default/kingfisher');
    const writable = values('agent', 'ReadWritePaths').flatMap((paths) => paths.split(' '));
    // A lease makes a new file beside the old one, and renames it.
    for (const file of inEtc) expect(writable).toContain(`-${path.dirname(file)}`);
  });

  it('goes before others where the processor and the disks are wanted by all', () => {
    expect(Number(values('agent', 'CPUWeight')[0])).toBeGreaterThan(100);
    expect(Number(values('agent', 'IOWeight')[0])).toBeGreaterThan(100);
  });

  it('keeps its memory where memory is scarce', () => {
    expect(Number(values('agent', 'OOMScoreAdjust')[0])).toBeLessThan(0);
    expect(values('agent', 'MemorySwapMax')).toEqual(['0']);
    expect(values('agent', 'MemoryMin')).toHaveLength(1);
  });
});

describe('the unit of a controller beside others', () => {
  it('is that of a controller but for its folder, and its configuration lets builds have their own runs', () => {
    const read = (file: string) => readFileSync(path.join(ROOT, 'deploy/systemd', file), 'utf8');
    const withoutFolder = (text: string) =>
      text.replace(/^Description=.*$/m, '').replaceAll('/opt/halcyon/%i/', '/opt/halcyon/');
    expect(withoutFolder(read('halcyon-controller@.service'))).toBe(withoutFolder(read('halcyon-controller.service')));
    const { controller } = loadConfig({ path: path.join(ROOT, 'deploy/systemd/halcyon.yaml'), env: {} });
    expect(controller).toEqual({ versioned: true });
  });
});

it.each(UNITS)('%s is started again after everything but a wrong configuration', (name) => {
  expect(values(name, 'Restart')).toEqual(['always']);
  expect(values(name, 'RestartPreventExitStatus')).toEqual(['2']);
  expect(values(name, 'StartLimitIntervalSec')).toEqual(['0']);
});
