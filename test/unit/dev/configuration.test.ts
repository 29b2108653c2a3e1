import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfigFor } from '../../../src/config';
import { banner } from '../../../src/dev/banner';
import { dataFolder, keptToken, takeDataFolder } from '../../../src/dev/data-folder';
import type { DataFolder } from '../../../src/dev/data-folder';
import { writeFirstConfig } from '../../../src/dev/first-config';
import { writeInEffect } from '../../../src/dev/in-effect';
import type { ThisHost } from '../../../src/dev/this-host';

const HOST: ThisHost = {
  name: 'h1',
  unit: 'kingfisher.service',
  user: 'kingfisher',
  installDir: '/opt/kingfisher',
  dataDir: '/opt/kingfisher/data',
  logFile: 'journal',
  accessLog: 'none',
  isFound: true,
};

let data: DataFolder;
beforeEach(() => (data = dataFolder(mkdtempSync(path.join(tmpdir(), 'halcyon-dev-')))));
afterEach(() => rmSync(data.folder, { recursive: true, force: true }));

/** A configuration of somebody's own. */
function own(text: string): string {
  const file = path.join(data.folder, 'own.yaml');
  writeFileSync(file, text);
  return file;
}

function inEffect(file: string, roles: ('controller' | 'intake' | 'agent')[] = ['controller', 'intake'], env = {}) {
  return writeInEffect({ path: file, env, data, roles, host: HOST });
}

describe('the first configuration', () => {
  it('is valid, observes everything, and lets the agent change nothing', () => {
    expect(writeFirstConfig(data, HOST, true)).toBe(true);
    const config = loadConfigFor(['controller', 'intake', 'agent'], { path: data.firstConfig, env: {} });
    expect(new Set(Object.values(config.runbooks).map(({ mode }) => mode))).toEqual(new Set(['observe']));
    expect(config.agent).toMatchObject({ host: 'h1', allow: [], stateDir: data.agentState });
    expect(config.hosts).toHaveProperty('h1');
    expect(config.store.path).toBe(data.record);
  });

  it('has the agent as a comment where none is wanted', () => {
    writeFirstConfig(data, HOST, false);
    expect(loadConfigFor(['controller'], { path: data.firstConfig, env: {} }).agent).toBeNull();
    const uncommented = readFileSync(data.firstConfig, 'utf8').replace(/^#(agent:|  )/gm, '$1');
    expect(loadConfigFor(['agent'], { path: own(uncommented), env: {} }).agent?.host).toBe('h1');
  });

  it('never replaces what is there', () => {
    writeFileSync(data.firstConfig, 'log: {level: debug}\n');
    expect(writeFirstConfig(data, HOST, true)).toBe(false);
    expect(readFileSync(data.firstConfig, 'utf8')).toBe('log: {level: debug}\n');
  });
});

describe('what is in effect', () => {
  it('observes where the configuration is silent, and says what does not', () => {
    const { config, notObserving } = inEffect(
      own('runbooks: {serviceDown: {mode: approve, startsPerHour: 3}, outboxStuck: {}}\n'),
    );
    expect(config.runbooks.serviceDown).toMatchObject({ mode: 'approve', startsPerHour: 3 });
    expect(config.runbooks.outboxStuck.mode).toBe('observe');
    expect(config.runbooks.emergencyRecovery.mode).toBe('observe');
    expect(notObserving).toEqual(['serviceDown: approve']);
  });

  it('has an embedded record and a UI where nothing else is named', () => {
    expect(inEffect(own('log: {}\n')).config.store).toMatchObject({ url: null, path: data.record });
    const named = inEffect(
      own('store: {url: "postgres://h@db.example/halcyon"}\ntemporal: {uiUrl: "http://127.0.0.1:9000"}\n'),
    );
    expect(named.config.store).toMatchObject({ url: 'postgres://h@db.example/halcyon', path: null });
    expect(named.uiPort).toBe(9_000);
  });

  it('asks for a token, its own or one that is kept, and writes none down', () => {
    const kept = inEffect(own('intake: {token: "${MINE:-}"}\n'));
    expect(kept.usesKeptToken).toBe(true);
    expect(keptToken(data)).toMatch(/^[0-9a-f]{48}$/);
    expect(keptToken(data)).toBe(keptToken(data));
    const given = inEffect(own('intake: {token: "${MINE}"}\n'), ['controller', 'intake'], { MINE: 'secret-of-mine' });
    expect(given.usesKeptToken).toBe(false);
    expect(readFileSync(data.inEffect, 'utf8')).toContain('${MINE}');
    expect(readFileSync(data.inEffect, 'utf8')).not.toContain('secret-of-mine');
  });

  it.each([
    ['temporal: {address: "temporal.example:7233"}', 'temporal.example:7233 is another Temporal'],
    ['temporal: {apiKey: k}', 'another Temporal'],
    ['temporal: {uiUrl: "https://ui.example"}', 'temporal.uiUrl: https://ui.example/ is elsewhere'],
    ['intake: {port: 0}', 'intake.port: 0 is another port at each start'],
    ['intake: {prot: 9095}', 'did you mean "port"?'],
  ])('refuses %s', (text, reason) => {
    expect(() => inEffect(own(`${text}\n`))).toThrow(reason);
  });

  it('says what an agent needs where the configuration has none', () => {
    const file = own('log: {}\n');
    expect(() => inEffect(file, ['controller', 'intake', 'agent'])).toThrow(
      /agent: is missing[^]*installDir: \/opt\/kingfisher/,
    );
  });
});

describe('what is printed at the start', () => {
  const text = (file: string, withAgent = false) =>
    banner({ data, inEffect: inEffect(file), configFile: file, withAgent, host: '127.0.0.1', halcyon: 'halcyon' });

  it('names the mode, the addresses, the token, the data and the next commands', () => {
    const said = text(own('hosts: {h1: {}}\n'));
    for (const part of [
      'observe: incidents look and say what they would do, and change nothing',
      'http://127.0.0.1:8233',
      `POST http://127.0.0.1:9095/api/v1/alerts with the bearer token in ${data.tokenFile}`,
      `credentials_file: "${data.tokenFile}"`,
      `export HALCYON_CONFIG=${data.inEffect}`,
      `halcyon dev alert --data ${data.folder}`,
      'nobody: there is no token and no key under pagers',
    ]) {
      expect(said).toContain(part);
    }
  });

  it('names each runbook that does not observe', () => {
    expect(text(own('runbooks: {serviceDown: {mode: auto}}\n'))).toContain('observe, but not serviceDown: auto');
  });
});

describe('the data folder', () => {
  it('belongs to one process at a time', async () => {
    const release = await takeDataFolder(data);
    await expect(takeDataFolder(data)).rejects.toThrow(`is in use by "halcyon dev", process ${process.pid}`);
    release();
    (await takeDataFolder(data))();
  });
});
