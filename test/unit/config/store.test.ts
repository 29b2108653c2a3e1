import type { ConfigError } from '../../../src/config';
import { configOf } from './support';

function problems(yaml: string): readonly string[] {
  try {
    configOf(yaml);
    return [];
  } catch (err) {
    return (err as ConfigError).lines;
  }
}

it('has no record unless one is configured, and an empty URL is none', () => {
  const none = { url: null, path: null, keepForMs: 400 * 86_400_000 };
  expect(configOf('log: {}').store).toEqual(none);
  expect(configOf("store: {url: ''}").store).toEqual(none);
});

it('is in one place', () => {
  expect(problems('store: {url: "postgres://a@b/c", path: /var/lib/halcyon-record}').join()).toContain('one place');
  expect(configOf('store: {path: /var/lib/halcyon-record/}').store.path).toBe('/var/lib/halcyon-record');
  expect(problems('store: {path: /var/lib}')).toHaveLength(1);
});

it('is never in the database of KingFisher', () => {
  const kingfisher = 'kingfisher: {installDir: /opt/kingfisher, dataDir: /var/lib/kingfisher/data}';
  const postgres =
    'postgres: {unit: p.service, url: "postgres://k:k@127.0.0.1/kingfisher", dataDir: /var/lib/postgresql}';
  const agent = `agent: {host: h1, ${kingfisher}, dependencies: {${postgres}}}`;
  const own = (url: string) => problems(`store: {url: "${url}"}\n${agent}`).join();
  expect(own('postgres://h@localhost:5432/kingfisher')).toContain('one of its own');
  expect(own('postgres://h@localhost:5432/halcyon')).toBe('');
});

it('never shows its password', () => {
  expect(problems('store: {url: "mysql://halcyon:s3cret@db/halcyon"}').join()).not.toContain('s3cret');
});
