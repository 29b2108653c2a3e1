import path from 'node:path';
import { ESLint } from 'eslint';
import type { Linter } from 'eslint';

const ROOT = path.resolve(__dirname, '../../..');
// eslint-disable-next-line @typescript-eslint/no-require-imports -- the configuration is plain JavaScript
const config = require('../../../eslint.config.js') as Linter.Config[];

/** Without types: the rules that need them are TypeScript's own. */
const eslint = new ESLint({
  cwd: ROOT,
  overrideConfigFile: true,
  baseConfig: config,
  overrideConfig: {
    languageOptions: { parserOptions: { projectService: false } },
    rules: { '@typescript-eslint/no-floating-promises': 'off', '@typescript-eslint/no-misused-promises': 'off' },
  },
});

async function rulesBroken(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: path.join(ROOT, file) });
  return result!.messages.map(({ ruleId, message }) => ruleId ?? message);
}

const STATE = 'no-restricted-syntax';
const LONG = `export function long() {\n${'  void 0;\n'.repeat(60)}}`;

it.each([
  [
    'a shell by name',
    'src/host/x.ts',
    "import { exec } from 'node:child_process';\nexec('ls');",
    'no-restricted-imports',
  ],
  ['a shell by option', 'src/host/x.ts', 'export const options = { shell: true };', 'no-restricted-syntax'],
  ['the environment in the sandbox', 'src/workflows/x.ts', 'export const env = process.env;', 'no-restricted-globals'],
  ['a buffer in the sandbox', 'src/shared/x.ts', "export const b = Buffer.from('');", 'no-restricted-globals'],
  [
    'a server in the sandbox',
    'src/workflows/x.ts',
    "import { fastify } from 'fastify';\nexport const a = fastify;",
    '@typescript-eslint/no-restricted-imports',
  ],
  [
    'a message past the door',
    'src/workflows/x.ts',
    "import { setHandler } from '@temporalio/workflow';\nexport const a = setHandler;",
    'no-restricted-syntax',
  ],
  [
    'an activity as a value',
    'src/workflows/x.ts',
    "import { createHostActivities } from '../activities/host';\nexport const a = createHostActivities;",
    '@typescript-eslint/no-restricted-imports',
  ],
  [
    'a lease that knows a page',
    'src/workflows/lease/x.ts',
    "import { serviceDown } from '../runbooks/service-down';\nexport const a = serviceDown;",
    'import-x/no-restricted-paths',
  ],
  [
    'a helper that knows an incident',
    'src/workflows/support/x.ts',
    "import { Incident } from '../incident/incident';\nexport const a = Incident;",
    'import-x/no-restricted-paths',
  ],
  [
    'an adapter that knows backups',
    'src/host/files/x.ts',
    "import { makeBackup } from '../backup/make';\nexport const a = makeBackup;",
    'import-x/no-restricted-paths',
  ],
  [
    'a command that reaches into the host',
    'src/cli/x.ts',
    "import { runCommand } from '../host/programs/commands';\nexport const a = runCommand;",
    'import-x/no-restricted-paths',
  ],
  ['a variable of all workflows', 'src/workflows/x.ts', 'let seen = 0;\nexport const see = () => ++seen;', STATE],
  ['a map of all workflows', 'src/shared/x.ts', 'export const seen = new Map<string, number>();', STATE],
  ['a static field of all workflows', 'src/workflows/x.ts', 'export class A {\n  static seen = 0;\n}', STATE],
  ['a long function', 'src/alerts/x.ts', LONG, 'max-lines-per-function'],
])('refuses %s', async (_what, file, code, rule) => {
  expect(await rulesBroken(file, code)).toEqual([rule]);
});

it('takes what is as it should be', async () => {
  const code = "import type { IncidentView } from '../shared/incident';\nexport type A = IncidentView;";
  expect(await rulesBroken('src/workflows/x.ts', code)).toEqual([]);
});
