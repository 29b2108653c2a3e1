import path from 'node:path';
import { createAsChange } from '../../../../src/activities/host/core/change';
import type { AsChange } from '../../../../src/activities/host/core/change';
import { createBegunChanges } from '../../../../src/host/fence/begun-changes';
import { createFence } from '../../../../src/host/fence/fence';
import { createRedactor } from '../../../../src/host/redact';
import type { AgentSettings, KingfisherSettings } from '../../../../src/host/agent-settings';
import type { ServiceState } from '../../../../src/shared/observations/service';
import { settingsOf } from '../../../support/scripted/host-settings';

/** Settings of a host whose KingFisher lives in `folder`. */
export function hostSettings(folder: string, kingfisher: Partial<KingfisherSettings> = {}): AgentSettings {
  return settingsOf({
    kingfisher: {
      baseUrl: 'http://127.0.0.1:1',
      user: 'nobody-of-this-host',
      installDir: folder,
      dataDir: path.join(folder, 'data'),
      logFile: path.join(folder, 'log/service.log'),
      tempDirs: [path.join(folder, 'data/temp')],
      tempElsewhere: [],
      tempFilesLimit: 5,
      ...kingfisher,
    },
    stateDir: path.join(folder, 'state'),
    pauseFile: path.join(folder, 'paused'),
  });
}

/** KingFisher as systemd sees it when all is well. */
export function serviceState(more: Partial<ServiceState> = {}): ServiceState {
  return {
    service: 'kingfisher',
    manager: 'systemd',
    unit: 'kingfisher.service',
    load: 'loaded',
    active: 'active',
    sub: 'running',
    result: 'success',
    exitStatus: null,
    invocation: 'a',
    startedAt: '2026-01-01T00:00:00.000Z',
    mainPid: 42,
    restarts: 0,
    jobPending: false,
    observedAt: '2026-01-01T00:00:01.000Z',
    ...more,
  };
}

/** The way to a change with the fence of these settings, without a log. */
export function asChangeOf(settings: AgentSettings): AsChange {
  const begun = createBegunChanges(settings);
  return createAsChange({ settings, fence: createFence(settings), begun, redact: createRedactor([]) });
}
