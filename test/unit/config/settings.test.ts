import { stringify } from 'yaml';
import { toFileShape } from '../../../src/config/print/print';
import { configOf, problemsOf } from './support';

const file = (settings: string, more = '') =>
  `agent: {host: h1, kingfisher: {installDir: /opt/kingfisher, dataDir: /srv/kingfisher}, settings: ${settings}${more}}`;
const POSTGRES = ', dependencies: {postgres: {unit: postgresql, url: "postgres://a:b@127.0.0.1/c"}}';

const ALL = `{
  openai.max_qps: {format: json, file: /opt/k/c.json, path: [openai, max_qps], min: 1, max: 8, apply: none},
  afterMs: {format: yaml, file: /opt/k/c.yaml, path: [a], apply: reload},
  sizeBytes: {format: env, file: /etc/default/k, variable: A, oneOf: [full, short], apply: restart},
  blockedAddress: {format: nftables, never: [10.0.0.0/8, "2001:db8::/32", 192.0.2.1], widest: {ipv4: 24}},
  row: {format: table, where: {env: prod, version: "1"}, path: [a, b], min: 0.5, max: 2, apply: none}
}`.replaceAll('\n', '');

it('settings load, and what is printed loads as the same', () => {
  const config = configOf(file(ALL, POSTGRES));
  expect(config.agent!.settings['row']).toEqual({
    format: 'table',
    table: 'config_entries',
    where: { env: 'prod', version: '1' },
    columns: { value: 'data', etag: 'etag' },
    path: ['a', 'b'],
    min: 0.5,
    max: 2,
    apply: 'none',
  });
  expect(config.agent!.settings['blockedAddress']).toEqual({
    format: 'nftables',
    never: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'],
    atMost: 32,
    widest: { ipv4: 24, ipv6: 64 },
  });
  expect(configOf(stringify(toFileShape(config)))).toEqual(config);
});

it.each([
  ['{a: {format: json, file: /a, path: [], apply: none}}', 'a.path: expected at least one key'],
  ['{a: {format: json, file: ../a, path: [a], apply: none}}', 'a.file: expected an absolute file path'],
  ['{a: {format: json, file: /a, path: [a], min: 1, apply: none}}', 'a.max: min and max go together'],
  ['{a: {format: json, file: /a, path: [a], min: 2, max: 1, apply: none}}', 'a.max: max is less than min'],
  ['{a: {format: json, file: /a, path: [a]}}', 'a.apply: missing; expected "none", "reload" or "restart"'],
  ['{a: {format: ini, file: /a, apply: none}}', 'a.format: expected "json", "yaml", "env", "table" or "nftables"'],
  ['{a: {format: env, file: /a, variable: "A=B", apply: none}}', 'a.variable: expected the name of an environment'],
  ['{a: {format: table, where: {b: c}, apply: none}}', 'a.format: a table needs dependencies.postgres'],
  ['{a: {format: table, apply: none}}', 'a.where: missing; expected a mapping of columns'],
  ['{a: {format: table, where: {}, apply: none}}', 'a.where: expected from one to eight columns'],
  ['{a: {format: table, where: {version: 1}, apply: none}}', 'a.where.version: expected text, in quotes'],
  ['{a: {format: table, where: {"b c": d}, apply: none}}', 'expected a name of letters'],
  ['{a b: {format: env, file: /a, variable: A, apply: none}}', 'expected a name of letters'],
  ['{a: {format: nftables}}', 'a.never: missing; expected a list of networks'],
  ['{a: {format: nftables, never: []}}', 'a.never: expected at least one network'],
  ['{a: {format: nftables, never: [monitoring]}}', 'a.never[0]: expected an address, or a network'],
  ['{a: {format: nftables, never: [10.0.0.0/33]}}', 'a.never[0]: expected an address, or a network'],
  ['{a: {format: nftables, never: ["::ffff:10.0.0.1"]}}', 'a.never[0]: expected an IPv4 address as such'],
  ['{a: {format: nftables, never: [10.0.0.1], atMost: 0}}', 'a.atMost: expected a whole number from 1 to 100'],
  ['{a: {format: nftables, never: [10.0.0.1], widest: {ipv4: 0}}}', 'a.widest.ipv4: expected a whole number from 8'],
  ['{a: {format: nftables, never: [10.0.0.1], apply: none}}', 'a.apply: unknown key'],
  [
    '{a: {format: nftables, never: [10.0.0.1]}, b: {format: nftables, never: [10.0.0.1]}}',
    'b.format: another setting has this format',
  ],
  [
    '{a: {format: json, file: /k, path: [a, b], apply: none}, b: {format: yaml, file: /k, path: [a, b], apply: reload}}',
    'b: a is the same place: a value has one name',
  ],
  [
    '{a: {format: env, file: /k, variable: A, apply: none}, b: {format: env, file: /k, variable: A, apply: none}}',
    'b: a is the same place',
  ],
  [
    '{a: {format: table, where: {b: c, d: e}, apply: none}, f: {format: table, table: public.config_entries, where: {d: e, b: c}, apply: none}}',
    'f: a is the same place',
  ],
  ['{"a[10.0.0.1]": {format: nftables, never: [10.0.0.1]}}', 'expected a name of letters'],
])('%s is a problem', (settings, problem) => {
  expect(problemsOf(file(settings)).join('\n')).toContain(problem);
});

it.each(['x; DROP TABLE y', '"a"', 'a.b.c'])('%j is no table', (table) => {
  const settings = `{a: {format: table, table: ${JSON.stringify(table)}, where: {b: c}, apply: none}}`;
  expect(problemsOf(file(settings, POSTGRES))[0]).toContain('a.table: expected a table');
});
