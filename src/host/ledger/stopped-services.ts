import type { ServiceName } from '../../shared/observations/service';
import { createLedgerFile } from './ledger-file';

const SLOT_BYTES = 4_096;

/** What Halcyon keeps stopped on this host: to start that again is an undo, which no pause holds up. */
export interface StoppedServices {
  /** @throws HostError as the ledger's files, as the others do */
  prepare(): Promise<void>;
  has(service: ServiceName): boolean;
  add(service: ServiceName): Promise<void>;
  remove(service: ServiceName): Promise<void>;
}

export function createStoppedServices({ stateDir }: { stateDir: string }): StoppedServices {
  const file = createLedgerFile<{ services: ServiceName[] }>({
    stateDir,
    name: 'stopped',
    what: 'what Halcyon stopped',
    slotBytes: SLOT_BYTES,
    empty: { services: [] },
  });
  const has = (service: ServiceName) => file.read().services.includes(service);
  return {
    prepare: () => file.prepare(),
    has,
    add: async (service) => {
      await file.change((kept) => (kept.services.includes(service) ? kept : { services: [...kept.services, service] }));
    },
    remove: async (service) => {
      await file.change(({ services }) => ({ services: services.filter((one) => one !== service) }));
    },
  };
}
