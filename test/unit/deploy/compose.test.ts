import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { loadConfigFor } from '../../../src/config';

interface Service {
  image: string;
  build?: string | { context: string; target?: string };
  profiles?: string[];
  ports?: string[];
  environment?: Record<string, string>;
  env_file?: string | string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
}

const ROOT = path.resolve(__dirname, '../../..');
const at = (file: string) => path.join(ROOT, file);
const read = (file: string) => readFileSync(at(file), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const { services } = compose;
const all = Object.entries(services);

/** Keys of a service in the Compose specification, as far as they are used here. */
const KEYS = [
  ...['image', 'build', 'profiles', 'entrypoint', 'command', 'environment', 'env_file', 'volumes', 'tmpfs', 'ports'],
  ...['depends_on', 'healthcheck', 'restart', 'stop_grace_period'],
];

/** Variables of an example of an env_file. */
function variables(file: string): string[] {
  return [...read(file).matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!);
}

/** Runs a script with tools that only write down how they were called; `answers` are shell lines for the tool. */
function called(script: string, env: Record<string, string>, answers = ''): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'halcyon-compose-'));
  try {
    for (const tool of ['temporal', 'temporal-sql-tool']) {
      writeFileSync(path.join(folder, tool), `#!/bin/sh\necho "${tool} $*" >>"${folder}/calls"\n${answers}\n`);
      chmodSync(path.join(folder, tool), 0o755);
    }
    execFileSync('/bin/sh', [at(script)], { env: { PATH: `${folder}:/usr/bin:/bin`, ...env }, stdio: 'pipe' });
    return readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('docker-compose.yml', () => {
  it('publishes on loopback only', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('takes images of a fixed version, of which Temporal builds new ones', () => {
    const images = all.filter(([, { build }]) => build === undefined).map(([, { image }]) => image);
    for (const image of images) expect(image).toMatch(/^[a-z/-]+:v?\d+[\d.]*$/);
    expect(images.filter((image) => image.includes('auto-setup'))).toEqual([]);
    const versionOf = (name: string) => services[name]?.image.split(':')[1];
    expect(versionOf('temporal-schema')).toBe(versionOf('temporal'));
    expect(versionOf('temporal-namespace')).toBe(versionOf('temporal'));
  });

  it('waits for what is there and can tell so', () => {
    for (const [, { depends_on: needs = {} }] of all) {
      for (const [name, { condition }] of Object.entries(needs)) {
        expect(Object.keys(services)).toContain(name);
        const isTold = services[name]?.healthcheck !== undefined;
        expect([name, condition]).toEqual([name, isTold ? 'service_healthy' : 'service_completed_successfully']);
      }
    }
  });

  it('has a part that waits for each that ends, as "up --wait" needs', () => {
    const ends = all.filter(([, service]) => service.healthcheck === undefined && service.ports === undefined);
    const waitedFor = all.flatMap(([, { depends_on: needs = {} }]) => Object.keys(needs));
    expect(ends.map(([name]) => name)).toEqual(['temporal-schema', 'temporal-namespace']);
    for (const [name] of ends) expect(waitedFor).toContain(name);
  });

  it('mounts files that there are', () => {
    const files = all
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter((volume) => volume.startsWith('./'))
      .map((volume) => volume.split(':')[0]!);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect(() => read(file)).not.toThrow();
  });

  it('has no key that Compose does not know, and no volume that nobody has', () => {
    expect(Object.keys(compose)).toEqual(['name', 'services', 'volumes']);
    for (const [, service] of all) expect(KEYS).toEqual(expect.arrayContaining(Object.keys(service)));
    const named = all.flatMap(([, { volumes = [] }]) => volumes.filter((volume) => !volume.startsWith('./')));
    expect(named.map((volume) => volume.split(':')[0]).sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('starts stand-ins only where they are asked for, and nobody waits for them', () => {
    const optional = all.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name);
    expect(optional).toEqual(['standins']);
    expect(all.flatMap(([, { depends_on: needs = {} }]) => Object.keys(needs))).not.toContain('standins');
    const { pagers } = loadConfigFor(['controller'], {
      path: at('deploy/compose/halcyon.yaml'),
      env: Object.fromEntries(
        [...read('deploy/compose/standins.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [
          name,
          value,
        ]),
      ),
    });
    expect(pagers.slack.apiUrl).toBe('http://standins:9201/api/');
    expect(pagers.pagerduty.eventsUrl).toBe('http://standins:9202');
    expect(Object.values(pagers.pagerduty.routingKeys)).toHaveLength(3);
  });

  it('keeps the record apart from Temporal, and no process waits for it', () => {
    expect(services['store']?.volumes).not.toEqual(services['postgres']?.volumes);
    expect(all.flatMap(([, { depends_on: needs = {} }]) => Object.keys(needs))).not.toContain('store');
    expect(services['controller']?.environment?.['HALCYON_STORE_URL']).toMatch(/^postgres:.*@store:5432\/halcyon$/);
  });

  it('gives Alertmanager the token by the file that intake has it from', () => {
    expect(services['alertmanager']?.env_file).toEqual([
      services['intake']?.env_file,
      './deploy/compose/alertmanager.env',
    ]);
    expect(variables('deploy/compose/alertmanager.env.example')).toEqual(['PEOPLE_PAGERDUTY_KEY']);
  });

  it('has no password of its own', () => {
    expect(read('docker-compose.yml')).not.toMatch(/(PASSWORD|PWD|TOKEN)[^\n]*:-/);
  });
});

describe('its monitoring', () => {
  const yaml = (file: string) => parse(read(file)) as Record<string, unknown>;
  /** Where things are is the difference. */
  const placeless = (text: string) =>
    text
      .replace(/"(static|file_sd)_configs":\[.*?\](?=[,}])/g, '"targets":[]')
      .replace(/https?:\/\/[\w.:-]+\/(api|readyz|\$1)/g, 'URL/$1')
      .replace(/http:\/\/\$1\/readyz|https:\/\/\$1\/readyz/g, 'READYZ')
      .replace(/"[\w.-]+:9115"/g, '"BLACKBOX"')
      .replace(/"(\/etc\/alertmanager|\/run\/halcyon)\/[\w-]+"/g, '"SECRET"');
  const shapeOf = (file: string) => placeless(JSON.stringify(yaml(file)));

  it.each([
    ['deploy/compose/prometheus.yml', 'deploy/prometheus/prometheus.yml'],
    ['deploy/compose/alertmanager.yml', 'deploy/alertmanager/alertmanager.yml'],
  ])('%s is %s with other places', (own, example) => {
    const [of_, as] = [shapeOf(own), shapeOf(example)];
    expect(of_.replace(/\{"targets":\[\]\}/g, '')).toEqual(as.replace(/\{"targets":\[\]\}/g, ''));
  });

  it('loads every rule that is shipped', () => {
    const { rule_files: rules } = yaml('deploy/compose/prometheus.yml') as { rule_files: string[] };
    const shipped = readdirSync(at('deploy/prometheus')).filter((file) => file.endsWith('.rules.yml'));
    expect([...rules].sort()).toEqual(shipped.sort());
    const mounted = services['prometheus']?.volumes ?? [];
    for (const file of shipped) expect(mounted).toContain(`./deploy/prometheus/${file}:/etc/prometheus/${file}:ro`);
  });
});

describe.each(['controller', 'intake'] as const)('the %s of docker-compose.yml', (role) => {
  const example = `deploy/compose/${role}.env.example`;
  const load = (value: string) => {
    const env = Object.fromEntries(variables(example).map((name) => [name, value]));
    return loadConfigFor([role], {
      path: at('deploy/compose/halcyon.yaml'),
      env: { ...services[role]?.environment, ...env },
    });
  };

  it('gets its secrets by a file that is not in the project', () => {
    expect(services[role]?.env_file).toBe(`./${example.replace('.example', '')}`);
    expect(readdirSync(at('deploy/compose'))).toContain(`${role}.env.example`);
    expect(read('.gitignore').split('\n')).toContain('deploy/compose/*.env');
    expect(read('.dockerignore').split('\n')).toContain('deploy/compose/*.env');
  });

  it('has a valid configuration with them, and changes nothing yet', () => {
    const config = load('secret');
    expect(config.temporal.address).toBe('temporal:7233');
    expect(config.runbooks.serviceDown.mode).toBe('observe');
    expect(config.runbooks.emergencyRecovery.mode).toBe('observe');
  });

  it(role === 'controller' ? 'pages every team once they are filled in' : 'does not start without a token', () => {
    if (role === 'intake') return expect(() => load('')).toThrow('intake.token');
    const { pagers, escalation } = load('secret');
    expect(pagers.slack.token).toBe('secret');
    const named = Object.values(escalation.teams).flatMap(({ pagerdutyService }) => pagerdutyService ?? []);
    expect(Object.keys(pagers.pagerduty.routingKeys).sort()).toEqual(named.sort());
    expect(load('').pagers).toMatchObject({ slack: { token: null }, pagerduty: { routingKeys: {} } });
  });
});

describe('the scripts beside it', () => {
  it('make both databases, then their tables, then bring them up to date', () => {
    const env = { POSTGRES_SEEDS: 'postgres', POSTGRES_USER: 'temporal', SQL_PASSWORD: 'secret' };
    const calls = called('deploy/compose/temporal-schema.sh', env);
    const on = (db: string) =>
      `temporal-sql-tool --plugin postgres12 --ep postgres --port 5432 --user temporal --db ${db}`;
    expect(calls).toEqual([
      `${on('temporal')} create`,
      `${on('temporal')} setup-schema -v 0.0`,
      `${on('temporal')} update-schema -d /etc/temporal/schema/postgresql/v12/temporal/versioned`,
      `${on('temporal_visibility')} create`,
      `${on('temporal_visibility')} setup-schema -v 0.0`,
      `${on('temporal_visibility')} update-schema -d /etc/temporal/schema/postgresql/v12/visibility/versioned`,
    ]);
    expect(calls.join()).not.toContain('secret');
    expect(() => called('deploy/compose/temporal-schema.sh', env, 'exit 1')).toThrow();
    expect(() => called('deploy/compose/temporal-schema.sh', { ...env, SQL_PASSWORD: '' })).toThrow('SQL_PASSWORD');
  });

  it('make the namespace only where there is none', () => {
    const env = { TEMPORAL_ADDRESS: 'temporal:7233' };
    const create = 'temporal operator namespace create --namespace default --retention 30d --address temporal:7233';
    expect(called('deploy/compose/temporal-namespace.sh', env)).not.toContain(create);
    const isAway = 'case "$*" in *describe*) exit 1 ;; esac';
    expect(called('deploy/compose/temporal-namespace.sh', env, isAway).at(-1)).toBe(create);
  });
});
