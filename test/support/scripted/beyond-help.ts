import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';

/** KingFisher is down and stays so whatever the host allows: people have to come. */
export function beyondHelp(host: ScriptedHost): void {
  host.up.kingfisher = false;
  host.broken.add('kingfisher');
  host.allow = ['restart', 'clearFiles'];
}
