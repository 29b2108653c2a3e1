import type { RunResult } from '../support/run';

/** Halcyon's own set of IPv4 addresses that the kernel drops. */
const LIST = ['nft', 'list', 'set', 'inet', 'halcyon', 'blocked4'];

/** What a person sees who looks at the host's firewall. */
export interface FirewallView {
  /** The command that shows it. */
  command: string;
  /** What it printed; empty while nothing was ever blocked. */
  listing: string;
  /** Addresses that are blocked now. */
  blocked: string[];
}

interface Machine {
  exec(argv: string[], options: { check: false }): Promise<RunResult>;
}

/** @throws Error when the firewall cannot be looked at: that is no sign that nobody is blocked */
export async function lookAtFirewall(host: Machine): Promise<FirewallView> {
  const { exitCode, stdout, stderr } = await host.exec(LIST, { check: false });
  const command = LIST.join(' ');
  // Halcyon makes its table with the first block.
  if (exitCode !== 0 && stderr.includes('No such file or directory')) return { command, listing: '', blocked: [] };
  if (exitCode !== 0) throw new Error(`${command}: exit ${exitCode}: ${stderr.trim()}`);
  const [, elements = ''] = /elements = \{([^}]*)\}/.exec(stdout) ?? [];
  return { command, listing: stdout.trimEnd(), blocked: elements.split(',').flatMap(addressOf) };
}

/** ` 203.0.113.9 timeout 1m40s expires 1m38s ` */
function addressOf(element: string): string[] {
  const [address = ''] = element.trim().split(/\s/);
  return address === '' ? [] : [address];
}
