import { commandOfImage } from '../../../lab/compose/compose-file';
import { isIgnored, readStages } from '../../../lab/compose/dockerfile';

describe('the Dockerfile', () => {
  it('has stages whose copies come from others that stand before', () => {
    const stages = readStages();
    expect(stages.map(({ name }) => name)).toEqual(['build', 'dependencies', 'standins', null]);
    stages.forEach(({ steps }, index) => {
      const before = stages.slice(0, index).map(({ name }) => name);
      const from = steps.flatMap(({ text }) => /^--from=(\S+)/.exec(text)?.[1] ?? []);
      expect(before).toEqual(expect.arrayContaining(from));
    });
  });

  it('runs programs of Halcyon as nobody in particular', () => {
    for (const { name, steps } of readStages().slice(-2)) {
      expect(steps.slice(-2).map(({ instruction }) => instruction)).toEqual(['USER', 'CMD']);
      expect(commandOfImage(name ?? undefined)[0]).toBe('node');
    }
    expect(commandOfImage(undefined)).toEqual(['node', 'dist/src/worker.js', '--role', 'controller']);
  });

  it('joins lines that go on, and leaves comments out', () => {
    const [stage] = readStages('FROM a AS b\n# no\nRUN one \\\n  && two\nCMD ["x"]\n');
    expect(stage).toMatchObject({ base: 'a', name: 'b' });
    expect(stage!.steps).toEqual([
      { instruction: 'RUN', text: 'one  && two' },
      { instruction: 'CMD', text: '["x"]' },
    ]);
  });
});

it.each([
  ['node_modules/pg/index.js', true],
  ['deploy/compose/intake.env', true],
  ['deploy/compose/intake.env.example', false],
  ['.env', true],
  ['npm.log', true],
  ['src/cli.ts', false],
  ['distance', false],
])('.dockerignore: %s is left out: %s', (file, isLeftOut) => {
  expect(isIgnored(file)).toBe(isLeftOut);
});
