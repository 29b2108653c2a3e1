import { createHostActivities } from '../../../../src/activities/host';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const folder = useTempFolder();

describe('observeDependencyPath', () => {
  it('looks at the way to the dependency that is asked for, by its own URL', async () => {
    const settings = hostSettings(folder.path());
    const agent = createHostActivities({
      ...settings,
      dependencies: {
        postgres: { url: 'postgres://kingfisher@127.0.0.1:1/kingfisher', unit: 'x.service' },
        redis: { url: 'redis://cache?path=/run/redis.sock', unit: 'x.service' },
      },
    });
    const path = await agent.observeDependencyPath({ dependency: 'postgres' });
    expect(path).toMatchObject({ host: '127.0.0.1', port: 1, isReachable: false, isListening: false });
    expect(await agent.observeDependencyPath({ dependency: 'redis' })).toBeNull();
    await expect(agent.observeDependencyPath({ dependency: 'rabbitmq' })).rejects.toMatchObject({
      type: 'NotConfigured',
    });
  });
});
