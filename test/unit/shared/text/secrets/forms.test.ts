import { base64, drawn, expectMasked, hex } from './support';
import type { Row } from './support';

/** What an issuer makes is known by its form, wherever it stands. */
const issued = (form: string): Row => [`found ${form}, once`, form, ['found ', ', once']];

describe('what issuers make', () => {
  it.each<Row>([
    issued(`AKIA${'A2B3'.repeat(4)}`),
    issued(`ASIA${'A2B3'.repeat(4)}`),
    issued(`AIza${drawn(35)}`),
    issued(`ya29.${drawn(40)}`),
    issued(`GOCSPX-${drawn(28)}`),
    issued(`abc8Q~${drawn(34)}`),
    issued(`xoxb-123456789012-${drawn(24)}`),
    issued(`xapp-1-A1-${drawn(12)}`),
    issued(`sk_live_${drawn(24)}`),
    issued(`rk_test_${drawn(24)}`),
    issued(`whsec_${drawn(32)}`),
    issued(`ghp_${drawn(36)}`),
    issued(`github_pat_${drawn(22)}_${drawn(59)}`),
    issued(`glpat-${drawn(20)}`),
    issued(`glrt-${drawn(20)}`),
    issued(`npm_${drawn(36)}`),
    issued(`pypi-AgEI${drawn(60)}`),
    issued(`SG.${drawn(22)}.${drawn(43)}`),
    issued(`SK${hex(32)}`),
    issued(`sk-proj-${drawn(40)}`),
    issued(`sk-ant-api03-${drawn(40)}-${drawn(8)}`),
    issued(`hf_${drawn(34)}`),
    issued(`hvs.${drawn(28)}`),
    issued(`dop_v1_${hex(64)}`),
    issued(`dapi${hex(32)}`),
    issued(`glsa_${drawn(32)}_${hex(8)}`),
    issued(`lin_api_${drawn(40)}`),
    issued(`shpat_${hex(32)}`),
    issued(`key-${hex(32)}`),
    issued(`${hex(32)}-us12`),
    issued(`NRAK-${'A2B3C4D5E'.repeat(3)}`),
    issued(`sntrys_${drawn(60)}`),
    issued(`PMAK-${hex(24)}-${hex(34)}`),
    issued(`dckr_pat_${drawn(27)}`),
    issued(`ATATT3xFfGF0${drawn(60)}`),
    issued(`tskey-auth-${drawn(20)}`),
    issued(`AGE-SECRET-KEY-1${'Q2P3'.repeat(14)}`),
    issued(`8123456789:AA${drawn(33)}`),
    issued(`eyJ${drawn(20)}.eyJ${drawn(30)}.${drawn(43)}`),
    issued(`$2b$12$${drawn(53)}`),
    issued(`$6$salt$${drawn(60)}`),
    issued(`SCRAM-SHA-256$4096:${drawn(22)}==$${drawn(43)}=:${drawn(43)}=`),
    ['https://api.telegram.org/bot123:ABC/getMe', '123:ABC', 'getMe'],
    [`https://hooks.slack.com/services/T0/B0/${drawn(24)}`, drawn(24), 'hooks.slack.com'],
    [`https://discord.com/api/webhooks/123/${drawn(60)}`, drawn(60), 'discord.com'],
    [`https://a.webhook.office.com/webhookb2/${drawn(30)}`, drawn(30), 'webhook.office.com'],
    [`PagerDuty key u+${drawn(18)}`, `u+${drawn(18)}`, 'PagerDuty'],
    [`pagerduty: ${hex(32)}`, hex(32), 'pagerduty'],
    [`TWILIO ${hex(32)}`, hex(32)],
    [`routing_key: ${hex(32)}`, hex(32), 'routing_key'],
    issued(`$argon2id$v=19$m=65536,t=3,p=4$${drawn(22)}$${drawn(43)}`),
  ])('%s', (...row) => expectMasked(row));
});

describe('addresses', () => {
  it.each<Row>([
    ['postgres://king:hunter22@db/zmart', 'hunter22', 'postgres://king:***@db/zmart'],
    ['postgres://king:p@ss@word@db/zmart', 'ss@word', '@db/zmart'],
    ['redis://:hunter22@cache:6379/1', 'hunter22', '@cache:6379/1'],
    ['https://hunter22@host/a', 'hunter22', '@host/a'],
    ['https://hunter22:x-oauth-basic@host', 'hunter22', '@host'],
    ['https://hunter22:@host/a', 'hunter22', '@host/a'],
    [`ftp://${drawn(24)}@host`, drawn(24), '@host'],
    ['amqp%3A%2F%2Fking%3Ahunter22%40rabbit', 'hunter22', 'rabbit'],
    ['https://a/b?X-Amz-Signature=hunter22&c=d', 'hunter22', 'c=d'],
    ['https://a/b?sv=1&sig=hunter22%3D&c=d', 'hunter22', 'c=d'],
    ['https://a/b?key=hunter22', 'hunter22'],
    ['https://a/#access_token=hunter22&c=d', 'hunter22', 'c=d'],
  ])('%s', (...row) => expectMasked(row));
});

describe('private keys', () => {
  const body = `${drawn(64)}\n${drawn(64)}\n${drawn(20)}==`;
  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} RSA PRIVATE KEY-----`);
  it.each<Row>([
    [`a ${begin}\n${body}\n${end} b`, [drawn(64), drawn(20)], ['a ', ' b']],
    [`a ${begin}\n${body}`, [drawn(64), drawn(20)], 'a '],
    [`${body}\n${end} b`, [drawn(64), drawn(20)], ' b'],
    [`"${begin}\\n${body.replaceAll('\n', '\\n')}\\n${end}\\n"`, [drawn(64), drawn(20)]],
    [`${body.replaceAll('\n', '\\n')}\\n${end}\\n" b`, [drawn(64), drawn(20)], ' b'],
    [`-----BEGIN OPENSSH PRIVATE KEY-----\n${body}`, drawn(64)],
    [`-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${body}\n-----END PGP PRIVATE KEY BLOCK-----`, drawn(64)],
    [`PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 2\n${body}`, drawn(64)],
  ])('%j', (...row) => expectMasked(row));
});

describe('in base64', () => {
  it.each<Row>([
    [`auth ${base64('king:hunter22')} end`, base64('king:hunter22'), ['auth ', ' end']],
    [`{"auths":{"h":{"auth":"${base64('king:hunter22')}"}}}`, base64('king:hunter22')],
    [`data ${base64('{"password":"hunter22"}')}`, base64('{"password":"hunter22"}'), 'data '],
    [`data ${base64('postgres://king:hunter22@db/z')}`, base64('postgres://king:hunter22@db/z')],
    [`Basic ${base64('king:h')}`, base64('king:h'), 'Basic '],
  ])('%s', (...row) => expectMasked(row));
});
