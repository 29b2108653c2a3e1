const tseslint = require('typescript-eslint');
const importX = require('eslint-plugin-import-x');
const { createTypeScriptImportResolver } = require('eslint-import-resolver-typescript');
const prettier = require('eslint-config-prettier');
const { builtinModules } = require('node:module');

const nodeBuiltins = builtinModules.flatMap((name) => [name, `node:${name}`]);

/** Imports go one way (docs/architecture.md). Each zone says what its folder may not reach for. */
const zone = (target, from, message, except = []) => ({ target, from, message, except });
const NO_SHELL = 'No shell, ever: use the command runner in src/host/programs.';
const LONG_LIVED = 'guard, lease and escalation know no page and no step.';
const oneWay = [
  zone('./src/shared', ['./src/!(shared)/**', './src/*.ts'], 'shared is a leaf: it imports nothing of the project.'),
  zone(
    './src/workflows',
    './src/!(shared|workflows|activities)/**',
    'workflows may use shared, and types of activities.',
  ),
  zone(
    './src/host',
    './src/!(shared|locks|host)/**',
    'host adapters may use shared, and the type of the agent section of the configuration.',
    ['**/src/config/schema/agent.ts'],
  ),
  zone('./src/store', './src/!(shared|locks|store)/**', 'the store may use shared and locks only.'),
  zone('./src/locks', './src/!(locks)/**', 'locks are a leaf beside shared: what Node alone can do.'),
  zone(
    './src/activities',
    './src/!(shared|host|store|amqp|activities)/**',
    'activities may use shared, host, store and connections to a broker.',
  ),
  zone('./src/alerts', './src/!(shared|alerts)/**', 'alerts are pure: shared only.'),
  zone('./src/config', './src/!(shared|config)/**', 'config may use shared only.'),
  zone('./src/temporal', './src/!(shared|config|temporal)/**', 'temporal may use shared and config.'),
  zone('./src/amqp', './src/!(shared|amqp)/**', 'connections to a broker know nothing of what goes over them.'),
  zone('./src/intake', './src/!(shared|alerts|config|temporal|amqp|intake)/**', 'intake does not reach into workers.'),
  zone(
    './src/simulate',
    './src/!(shared|alerts|config|temporal|activities|simulate)/**',
    'a simulation takes what a worker is made of, and nothing that touches a host.',
  ),
  zone(
    './src/roles',
    './src/!(shared|config|host|activities|temporal|roles)/**',
    'a role puts together what its worker is made of.',
  ),
  zone('./src/report', './src/!(shared|report)/**', 'reports are pure: shared only.'),
  zone(
    './src/dev',
    './src/!(shared|config|store|temporal|dev)/**',
    'everything on one machine is processes that it starts, and none of their code.',
  ),
  zone(
    './src/cli',
    './src/!(shared|alerts|config|store|amqp|temporal|simulate|report|dev|cli)/**',
    'the command line does not reach into workers.',
  ),
  zone(
    './src/workflows/support',
    './src/workflows/!(support|messages)/**',
    'small helpers stand below the rest of the workflows.',
  ),
  zone('./src/workflows/{guard,lease,escalation}/**', './src/workflows/{runbooks,steps,runbook}/**', LONG_LIVED, [
    '**/agent-version.ts',
    '**/step.ts',
    '**/step-failures.ts',
  ]),
  zone(
    './src/workflows/{steps,runbook,incident,safety}/**',
    './src/workflows/runbooks/**',
    'the pages stand above what they are made of.',
  ),
  zone(
    './src/host/{programs,processes,services,files,logs,fence,stores,probes}/**',
    './src/host/{backup,settings-store}/**',
    'backups and settings are built from the other adapters, which know nothing of them.',
  ),
  zone(
    './src/activities/host/core',
    './src/activities/host/{*.ts,!(core)/**}',
    'a change runs the same way whatever its subject is.',
  ),
  zone('./src', ['./lab', './bench', './test'], 'src never depends on the lab, the benchmarks or the tests.'),
];

/** What is not in the shape of its message would make a workflow task fail for ever (ADR 33). */
const ONE_DOOR = {
  selector:
    'ImportSpecifier[imported.name=/^(setHandler|setDefault(Signal|Update|Query)Handler|define(Signal|Update|Query))$/]',
  message: 'Every message comes through the Door in src/workflows/messages, in its declared shape.',
};

/** A local activity fails unlike any other: who forgets it ends a workflow. */
const ONE_WAY_TO_ASK = {
  selector: "ImportSpecifier[imported.name='proxyLocalActivities']",
  message: 'Temporal is asked through askTemporal in src/workflows/support, which knows how local activities fail.',
};

const SYNTAX = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
  { selector: 'ExportAllDeclaration', message: 'Export by name.' },
  { selector: "Property[key.name='shell'][value.value!=false]", message: NO_SHELL },
];
/** Workflows share their modules (src/temporal/workflow-source.ts): what one keeps there, all others would see. */
const NO_STATE = [
  "Program > VariableDeclaration[kind!='const']",
  "Program > ExportNamedDeclaration > VariableDeclaration[kind!='const']",
  ...['Program', 'Program > ExportNamedDeclaration'].map(
    (top) => `${top} > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Weak)?(Map|Set)$/]`,
  ),
  'PropertyDefinition[static=true]',
].map((selector) => ({ selector, message: 'All workflows share this module: keep state in the workflow.' }));

module.exports = tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: `${__dirname}/tsconfig.json` })] },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: __dirname, zones: oneWay }],
      'import-x/no-default-export': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', ...SYNTAX],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/workflows/**/*.ts', 'src/shared/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            ...nodeBuiltins.map((name) => ({
              name,
              message: 'This code runs in the workflow sandbox: no Node built-ins.',
            })),
            ...[
              '@temporalio/client',
              '@temporalio/worker',
              '@temporalio/activity',
              '@temporalio/testing',
              '@slack/web-api',
              'amqplib',
              'commander',
              'fastify',
              'ioredis',
              'pg',
              'pino',
              'yaml',
              'zod',
            ].map((name) => ({
              name,
              message: 'No I/O in the workflow sandbox; import types only.',
              allowTypeImports: true,
            })),
          ],
          patterns: [
            {
              group: ['**/activities/**'],
              message: 'Workflows take only types from activities.',
              allowTypeImports: true,
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/host/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [{ group: ['**/config/**'], message: 'The host takes only a type of it.', allowTypeImports: true }],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['child_process', 'node:child_process'].map((name) => ({
            name,
            importNames: ['default', 'exec', 'execSync'],
            message: NO_SHELL,
          })),
        },
      ],
      'no-restricted-properties': [
        'error',
        ...['exec', 'execSync'].map((property) => ({ object: 'child_process', property, message: NO_SHELL })),
      ],
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 60],
    },
  },
  {
    files: ['src/workflows/**/*.ts', 'src/shared/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...SYNTAX, ...NO_STATE],
      'no-restricted-globals': [
        'error',
        ...['Buffer', 'fetch', 'process', 'require', 'setImmediate', 'setInterval'].map((name) => ({
          name,
          message: 'This code runs in the workflow sandbox, which has none, or in which it would not replay.',
        })),
      ],
    },
  },
  {
    files: ['src/workflows/**/*.ts'],
    ignores: ['src/workflows/messages/{define,door}.ts'],
    rules: { 'no-restricted-syntax': ['error', ...SYNTAX, ...NO_STATE, ONE_DOOR, ONE_WAY_TO_ASK] },
  },
  {
    files: ['src/workflows/support/ask-temporal.ts'],
    rules: { 'no-restricted-syntax': ['error', ...SYNTAX, ...NO_STATE, ONE_DOOR] },
  },
  { files: ['src/cli/**/*.ts', 'lab/**/*.ts', 'bench/**/*.ts', 'scripts/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  prettier,
);
