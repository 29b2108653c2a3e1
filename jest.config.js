/** One jest project per kind of test, so that each can run alone: `npm run test:unit` and so on. */
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
  ],
};

const project = (name, more = {}) => ({
  displayName: name,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform,
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  ...more,
});

module.exports = {
  projects: [
    project('unit'),
    project('workflows', { setupFilesAfterEnv: ['<rootDir>/test/support/jest/time-skipping-retry.ts'] }),
    project('replay'),
    project('integration', {
      testEnvironment: '<rootDir>/test/support/jest/clean-environment.js',
      setupFilesAfterEnv: ['<rootDir>/test/support/jest/patience.ts'],
    }),
  ],
  testSequencer: '<rootDir>/test/support/jest/longest-first.js',
  testTimeout: 120_000,
};
