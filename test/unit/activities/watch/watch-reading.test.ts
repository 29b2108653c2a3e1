import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { createHostActivities } from '../../../../src/activities/host';
import type { AgentSettings } from '../../../../src/host/agent-settings';
import type { ServiceManager } from '../../../../src/host/services/service-manager';
import type { ReadingRequest } from '../../../../src/shared/observations/readings';
import { WELL } from '../../../../src/shared/observations/standing';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings, serviceState } from '../support/host';

const folder = useTempFolder();
const servers: net.Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: net.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function agent(settings: AgentSettings) {
  const manager = { observe: async () => serviceState({ invocation: 'k1' }) } as Partial<ServiceManager>;
  return createHostActivities(settings, { findManager: () => manager as ServiceManager });
}

const MENDED = { seen: WELL, isMended: true, invocation: null, wellForMs: 1_000, forMs: 60_000 };

describe('watchReading', () => {
  it('of health ends soon after it is not well, with the start that the service runs in', async () => {
    let status = 200;
    const port = await listen(http.createServer((_request, response) => response.writeHead(status).end()));
    const watching = agent(hostSettings(folder.path(), { baseUrl: `http://127.0.0.1:${port}` })).watchReading({
      reading: 'health',
      ...MENDED,
    });
    status = 503;
    const standing = '/health unhealthy, /ready unhealthy';
    expect(await watching).toMatchObject({ ended: 'changed', standing, invocation: 'k1' });
  });

  it('of a dependency asks that by its own protocol, and nothing else', async () => {
    let answer = '+PONG\r\n';
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write(answer));
    });
    const url = `redis://127.0.0.1:${await listen(server)}`;
    // No KingFisher answers there.
    const settings = { ...hostSettings(folder.path()), dependencies: { redis: { unit: 'r', url } } };
    const wanted = { reading: 'dependency', dependency: 'redis' } as const;
    const { watchReading } = agent(settings);
    expect(await watchReading({ ...wanted, ...MENDED, forMs: 0 })).toMatchObject({
      ended: 'unchanged',
      standing: WELL,
    });
    const watching = watchReading({ ...wanted, ...MENDED });
    answer = '-LOADING Redis is loading the dataset in memory\r\n';
    expect(await watching).toMatchObject({
      ended: 'changed',
      standing: 'redis starting',
      invocation: '',
      restarts: 0,
    });
  });
});

it('a reading that only a newer controller knows is told as an agent that is too old', async () => {
  const { watchReading, waitUntil } = agent(hostSettings(folder.path()));
  const unknown = { reading: 'phaseOfTheMoon' } as unknown as ReadingRequest;
  const refusal = { type: 'AgentTooOld', nonRetryable: true, message: expect.stringContaining('"phaseOfTheMoon"') };
  await expect(watchReading({ ...unknown, ...MENDED })).rejects.toMatchObject(refusal);
  await expect(waitUntil({ ...unknown, windowMs: 0, deadlineMs: 100 })).rejects.toMatchObject(refusal);
});
