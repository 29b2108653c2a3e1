import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { parseConfig } from '../../../src/config/load';

interface Compose {
  services: Record<string, { ports?: string[]; environment?: Record<string, string> }>;
  configs: Record<string, { content: string }>;
}

const compose = parse(readFileSync(path.resolve(__dirname, '../../../docker-compose.yml'), 'utf8')) as Compose;

describe('docker-compose.yml', () => {
  it('publishes on loopback only', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('does not start an intake without a token', () => {
    expect(compose.services.intake?.environment?.HALCYON_INTAKE_TOKEN).toMatch(/^\$\{HALCYON_INTAKE_TOKEN:\?/);
  });

  it.each(['controller', 'intake'])('gives the %s a valid configuration', (service) => {
    const text = compose.configs[service]?.content.replaceAll('$$', '$') ?? 'missing';
    const env = {
      TEMPORAL_ADDRESS: 'temporal:7233',
      ...(service === 'intake' ? { HALCYON_INTAKE_TOKEN: 'secret' } : {}),
    };
    expect(parseConfig({ label: service, text }, env).temporal.address).toBe('temporal:7233');
  });
});
