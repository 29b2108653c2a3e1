import { agent } from '../../../src/config/schema/agent';
import type { AgentSettings, KingfisherSettings } from '../../../src/host/agent-settings';
import { ALLOWANCES } from '../../../src/shared/safety/allowance';

interface Wanted extends Partial<Omit<AgentSettings, 'kingfisher' | 'stateDir'>> {
  /** Never this machine's own. */
  stateDir: string;
  kingfisher: Partial<KingfisherSettings> & Pick<KingfisherSettings, 'installDir' | 'dataDir'>;
}

/** Settings of a host that allows everything; what is not said has its default, and no disk counts as full. */
export function settingsOf({ kingfisher, ...more }: Wanted): AgentSettings {
  const written = { host: 'testhost', kingfisher: { installDir: '/opt/kingfisher', dataDir: '/srv/kingfisher' } };
  const defaults = agent.parse(written);
  return {
    ...defaults,
    allow: [...ALLOWANCES],
    diskFull: { availableBytes: 0, usedPercent: 101 },
    ...more,
    kingfisher: { ...defaults.kingfisher, imagesDir: `${kingfisher.dataDir}/images`, ...kingfisher },
  };
}
