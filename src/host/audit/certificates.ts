import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { withDeadline } from '../probes/deadline';
import { attempt, audited, dayOf } from './audit';
import type { Audited } from './audit';

const TIMEOUT_MS = 5_000;
const DAY_MS = 86_400_000;
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

interface Wanted {
  files: readonly string[];
  /** `host:port` */
  endpoints: readonly string[];
  withinMs: number;
}

/** Certificates that have ended or soon will, of files and of what TLS servers show. Who signed them is not asked. */
export async function auditCertificates(
  { files, endpoints, withinMs }: Wanted,
  { signal, now = Date.now() }: { signal: AbortSignal; now?: number },
): Promise<Audited> {
  const notLooked = ['agent.maintenance.audit.certificates names none'];
  if (files.length + endpoints.length === 0) return audited({ notLooked });
  const result = audited();
  let count = 0;
  const judge = (where: string, certificate: X509Certificate) => {
    count += 1;
    const ends = Date.parse(certificate.validTo);
    if (Number.isNaN(ends)) throw new Error(`its end cannot be read: ${certificate.validTo}`);
    const left = Math.floor((ends - now) / DAY_MS);
    const what = `${where} (${subjectOf(certificate)})`;
    if (ends <= now) result.findings.push(`${what} ended on ${dayOf(ends)}`);
    else if (ends - now < withinMs) result.findings.push(`${what} ends on ${dayOf(ends)}, in ${left} days`);
  };
  for (const file of files) {
    await attempt(file, result, signal, async () => {
      const found = (await readFile(file, 'utf8')).match(PEM) ?? [];
      if (found.length === 0) throw new Error('it holds no certificate in PEM');
      for (const pem of found) judge(file, new X509Certificate(pem));
    });
  }
  for (const endpoint of endpoints) {
    await attempt(endpoint, result, signal, async () => judge(endpoint, await shownBy(endpoint, signal)));
  }
  return { ...result, seen: `${count} certificates` };
}

/** Without trust: one that nobody trusts any more is what is looked for. Nothing is sent. */
async function shownBy(endpoint: string, outer: AbortSignal): Promise<X509Certificate> {
  const at = endpoint.lastIndexOf(':');
  const [host, port] = [endpoint.slice(0, at).replace(/^\[|\]$/g, ''), Number(endpoint.slice(at + 1))];
  return await withDeadline(TIMEOUT_MS, outer, async (signal) => {
    return await new Promise<X509Certificate>((resolve, reject) => {
      const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
      const socket = tls.connect({ host, port, rejectUnauthorized: false, ...name }, () => {
        const certificate = socket.getPeerX509Certificate();
        socket.destroy();
        if (certificate === undefined) reject(new Error('it shows no certificate'));
        else resolve(certificate);
      });
      socket.on('error', reject);
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
    });
  });
}

/** `CN=kingfisher` */
function subjectOf({ subject }: X509Certificate): string {
  return (subject ?? '').split('\n').at(-1) || 'without a name';
}
