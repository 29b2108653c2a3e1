import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { auditCertificates } from '../../../../src/host/audit/certificates';
import { ENDED } from '../../../support/ended-certificate';
import { useTempFolder } from '../support/temp-folder';

const DAY_MS = 86_400_000;
const ENDS = Date.parse('2021-01-01T00:00:00Z');
const folder = useTempFolder();
const { signal } = new AbortController();

async function audit(more: { files?: string[]; endpoints?: string[] }, now: number) {
  return await auditCertificates({ files: [], endpoints: [], withinMs: 30 * DAY_MS, ...more }, { signal, now });
}

it.each([
  ['long before its end', -31, []],
  ['soon before its end', -9, [/kingfisher\.test\) ends on 2021-01-01, in 9 days$/]],
  ['after its end', 1, [/kingfisher\.test\) ended on 2021-01-01$/]],
])('a file %s', async (_when, days, expected) => {
  const file = folder.path('a.pem');
  await writeFile(file, `# two of them\n${ENDED.certificate}${ENDED.certificate}`);
  const { findings, seen, unknown } = await audit({ files: [file] }, ENDS + days * DAY_MS);
  expect(findings).toEqual(expected.flatMap((one) => [expect.stringMatching(one), expect.stringMatching(one)]));
  expect([seen, unknown]).toEqual(['2 certificates', []]);
});

it('what a server shows is read without trust; one that is away is not known', async () => {
  const server = tls.createServer({ cert: ENDED.certificate, key: ENDED.key });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seen = await audit({ endpoints: [endpoint] }, Date.now());
  await new Promise((resolve) => server.close(resolve));
  expect(seen.findings).toEqual([`${endpoint} (CN=kingfisher.test) ended on 2021-01-01`]);
  const away = await audit({ endpoints: [endpoint] }, Date.now());
  expect(away).toMatchObject({ findings: [], unknown: [expect.stringContaining('ECONNREFUSED')] });
});

it('what is no certificate, or not there, is not known; where none is named nobody looked', async () => {
  const file = folder.path('a.pem');
  await writeFile(file, 'hello');
  const { unknown, findings } = await audit({ files: [file, folder.path('gone.pem')] }, Date.now());
  expect(findings).toEqual([]);
  expect(unknown).toEqual([`${file}: it holds no certificate in PEM`, expect.stringMatching(/gone\.pem: .*ENOENT/)]);
  expect((await audit({}, Date.now())).notLooked).toEqual(['agent.maintenance.audit.certificates names none']);
});
