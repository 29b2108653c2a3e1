import { incidentWorkflowId } from '../../../src/alerts/incident-id';

const NAMES = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  'a/b',
  'a_b',
  'a b',
  'a\nb',
  'a\u0000b',
  '鱼',
  '鱼鱼',
  "x' OR 1=1",
  'x'.repeat(100),
  'x'.repeat(101),
  'x'.repeat(1_000),
  `${'x'.repeat(1_000)}y`,
];

describe('incidentWorkflowId', () => {
  it('keeps plain names as they are', () => {
    expect(incidentWorkflowId('KingfisherServiceDown', 'h1.example-2')).toBe(
      'incident/KingfisherServiceDown/h1.example-2',
    );
  });

  it.each(NAMES)('is safe for %.20j', (name) => {
    const id = incidentWorkflowId(name, name);
    expect(id).toMatch(/^incident\/[A-Za-z0-9._~-]+\/[A-Za-z0-9._~-]+$/);
    expect(id.length).toBeLessThan(250);
    expect(id.split('/')).not.toContain('..');
    expect(incidentWorkflowId(name, name)).toBe(id);
  });

  it('is another for each name', () => {
    expect(new Set(NAMES.map((name) => incidentWorkflowId(name, 'h1'))).size).toBe(NAMES.length);
  });

  it('cannot be forged by a name that looks like a replaced one', () => {
    const replaced = incidentWorkflowId('a/b', 'h1').split('/')[1]!;
    expect(incidentWorkflowId(replaced, 'h1')).not.toBe(incidentWorkflowId('a/b', 'h1'));
  });
});
