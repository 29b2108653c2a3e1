import type { Config } from '../../config';
import { UsageError } from './usage';

/** @throws UsageError for a host that the configuration does not name, with those that it does */
export function refuseUnknownHost(host: string, { hosts }: Pick<Config, 'hosts'>, file: string): void {
  const known = Object.keys(hosts);
  if (known.includes(host)) return;
  throw new UsageError(`--host: "${host}" is not under hosts: in ${file} (known: ${known.join(', ') || 'none'})`);
}
