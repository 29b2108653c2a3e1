import { loadConfigFor } from '../../../src/config';
import { formatConfig } from '../../../src/config/print/print';
import { configOf, problemsOf } from './support';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BROKER = 'amqp://halcyon:hunter2@mq.example:5672/';
const STORE = 'store: {path: /var/lib/halcyon-record}';

it('publishes nothing unless a broker is named', () => {
  expect(configOf('log: {}').amqp).toBeNull();
});

it('has an exchange of its own, and masks the password', () => {
  const config = configOf(`{amqp: {url: "${BROKER}"}, ${STORE}}`);
  expect(config.amqp).toEqual({ url: BROKER, events: { exchange: 'halcyon.incidents', declare: true } });
  expect(formatConfig(config)).not.toContain('hunter2');
});

it('says that events need a store', () => {
  expect(problemsOf('amqp: {urlFile: /etc/url}')).toEqual([
    expect.stringContaining('amqp.events: incident events need a store'),
  ]);
  expect(problemsOf(`{amqp: {}, ${STORE}}`)).toEqual([expect.stringContaining('amqp.url: missing')]);
});

it('asks no agent for a store whose secret only the controller has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'halcyon-config-'));
  try {
    const path = join(folder, 'halcyon.yaml');
    writeFileSync(path, 'amqp: {urlFile: /etc/url}\nstore: {url: "${NOT_SET_HERE}"}\n');
    expect(loadConfigFor(['intake'], { path, env: {} }).amqp).toBeNull();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
