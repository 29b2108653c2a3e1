import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { loadConfig } from '../../../src/config';
import { keyPaths } from '../../../src/config/load/schema-walk';
import { config as schema } from '../../../src/config/schema/config';
import { configOf } from './support';

const path = join(__dirname, '../../../halcyon.example.yaml');
const text = readFileSync(path, 'utf8');

/** Without one "#" before what is no prose. */
function uncommented(yaml: string): string {
  return yaml.replaceAll(/^( *)#(?! \S| *$)/gm, '$1');
}

/** The file with its examples uncommented, and what stands in their place too; keys of alternatives stand twice. */
const examples = parseDocument(uncommented(uncommented(text)), { uniqueKeys: false });

/** Every key path that is written anywhere below a node. */
function writtenPaths(node: unknown): string[][] {
  if (isSeq(node)) return node.items.flatMap((item) => writtenPaths(item).map((rest) => ['*', ...rest]));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    return [[name], ...writtenPaths(value).map((rest) => [name, ...rest])];
  });
}

function matches(pattern: string[], written: string[]): boolean {
  return pattern.length === written.length && pattern.every((key, index) => key === '*' || key === written[index]);
}

it('loads as it is', () => {
  expect(loadConfig({ path, env: {} }).agent).toBeNull();
});

it('says the defaults', () => {
  expect(loadConfig({ path, env: {} })).toEqual(configOf('log: {}'));
});

it('has examples that load, and that say the defaults of the agent', () => {
  expect(examples.errors).toEqual([]);
  const withExamples = configOf(JSON.stringify(examples.toJS()));
  const { agent } = withExamples;
  const kingfisher = '{installDir: /opt/kingfisher, dataDir: /var/lib/kingfisher/data, owner: {}}';
  const small = configOf(`agent: {host: h1, kingfisher: ${kingfisher}, backup: {}}`).agent;
  const own = ['baseUrl', 'user', 'imagesDir', 'owner', 'permissionsLimit', 'permissionsApprovedLimit'] as const;
  for (const key of [...own, 'logFile', 'tempElsewhere', 'tempFilesOlderThanMs', 'tempFilesLimit'] as const) {
    expect(agent!.kingfisher[key]).toEqual(small!.kingfisher[key]);
  }
  const { pluginTest, ...patterns } = agent!.kingfisher.pipeline;
  expect({ ...patterns, pluginTest: null }).toEqual(small!.kingfisher.pipeline);
  expect(pluginTest!.timeoutMs).toBe(30_000);
  expect(agent!.diskFull).toEqual(small!.diskFull);
  expect(agent!.backup).toEqual(small!.backup);
  expect(agent!.allow).toEqual(small!.allow);
  expect(agent!.commands).toEqual(small!.commands);
  expect(agent!.dependencies.redis!.rateLimits).toEqual({ database: 1, prefix: 'ratelimit:' });
  expect(agent!.kingfisher.manager.type).toBe('process');
  expect(agent!.kingfisher.logrotate!.rotateAboveBytes).toBe(100 * 1024 ** 2);
  expect(agent!.kingfisher.configCheck!.timeoutMs).toBe(30_000);
  expect(withExamples.hosts.h1!.instances).toContain('h1:8201');
});

it('mentions every key of the schema', () => {
  const written = writtenPaths(examples.contents);
  const missing = keyPaths(schema).filter((pattern) => !written.some((one) => matches(pattern, one)));
  expect(missing).toEqual([]);
  expect(keyPaths(schema).map((keys) => keys.join('.'))).toEqual(
    expect.arrayContaining([
      'intake.token',
      'hosts.*.instances',
      'escalation.tiers.*.after',
      'agent.kingfisher.manager.unit',
      'agent.kingfisher.manager.pidFile',
    ]),
  );
});

it('has a comment for every key at the top, and lines of at most 120 characters', () => {
  const document = parseDocument(text);
  const lines = text.split('\n');
  for (const key of Object.keys(document.toJS() as object)) {
    const line = lines.indexOf(lines.find((one) => one.startsWith(`${key}:`))!);
    expect(lines[line - 1]).toMatch(/^# /);
  }
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
});

it('has a section of the agent that can be uncommented as it stands', () => {
  const [section = ''] = text.slice(text.indexOf('#agent:')).split('\n\n');
  expect(section).toContain('pidFile:');
  expect(parseDocument(section.replaceAll(/^#/gm, '')).errors).toEqual([]);
});
