import { createRedactor, secretsOf } from '../../../src/host/redact';
import type { AgentSettings } from '../../../src/host/agent-settings';

const redact = createRedactor(['s3cret-literal']);

describe('redact', () => {
  it.each([
    ['postgres://king:hunter22@db/zmart', 'hunter22'],
    ['postgres://king:p@ss@word@db/zmart', 'ss@word'],
    ['redis://:hunter22@cache:6379/1', 'hunter22'],
    ['Authorization: Bearer abcDEF123.456', 'abcDEF123'],
    ['authorization: Basic Z3Vlc3Q6Z3Vlc3Q=', 'Z3Vlc3Q6'],
    ['password=hunter22 user=king', 'hunter22'],
    ['PGPASSWORD=hunter22', 'hunter22'],
    ['{"db_password": "hunter 22", "x": 1}', 'hunter 22'],
    [String.raw`{\"api_key\":\"hunter22\"}`, 'hunter22'],
    ['token: hunter22', 'hunter22'],
    ["api-key='hunter22'", 'hunter22'],
    ['run --password hunter22 --verbose', 'hunter22'],
    ['https://api.telegram.org/bot123:ABC/getMe', '123:ABC'],
    ['bot 8123456789:AAE-abcdefghijklmnopqrstuvwxyz12345', 'AAE-abcdef'],
    ['slack xoxb-123-456-abcdef', '123-456'],
    ['key sk-proj-abcdefghijkl', 'abcdefghijkl'],
    ['jwt eyJhbGciOi.eyJzdWIiOiIx.SflKxwRJ', 'eyJzdWIiOiIx'],
    ['it says s3cret-literal aloud', 's3cret-literal'],
    ['\u001b[36mpassword\u001b[0m=\u001b[35mhunter22\u001b[0m', 'hunter22'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', 'MIIEow'],
  ])('masks the secret of %s', (text, secret) => {
    expect(text.replaceAll('\u001b', '')).toContain(secret);
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('***');
  });

  it.each([
    'GET /ready HTTP/1.1 503 in 12 ms',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'used 512 tokens=512 of max_tokens',
    'amqp://localhost:5672/vhost',
  ])('leaves %s as it is', (text) => expect(redact(text)).toBe(text));

  it('keeps what stands around a secret', () => {
    expect(redact('login password=hunter22, retry 3')).toBe('login password=***, retry 3');
    expect(redact('amqp://guest:guest@rabbit:5672')).toBe('amqp://guest:***@rabbit:5672');
  });

  it('escapes control characters and cuts after masking', () => {
    expect(redact('a\u0000b\u001b]0;title\u0007c\u202ed\r')).toBe(String.raw`a\u0000bc\u202ed`);
    expect(redact(`password=${'x'.repeat(400)} end`, 20)).toBe('password=*** end');
    expect(redact('y'.repeat(50), 10)).toBe(`${'y'.repeat(9)}…`);
  });

  it('takes no time for a hostile line', () => {
    const before = process.cpuUsage();
    redact('password_'.repeat(7_000));
    redact(`https://${'a:'.repeat(30_000)}`);
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });
});

describe('secretsOf', () => {
  const settings = {
    kingfisher: {
      manager: {
        type: 'process',
        env: { API_KEY: 'key-of-the-env', DB: 'postgres://a:url-of-env@h/d', HOME: '/opt/kingfisher' },
      },
    },
    dependencies: {
      postgres: { unit: 'pg', url: 'postgres://king:p%40ssword@h/d' },
      redis: { unit: 'r', url: 'redis://:short@h' },
      rabbitmq: { unit: 'q', url: 'amqp://rabbit:rabbit@h', managementUrl: 'http://m:management@h' },
    },
    maintenance: { vacuum: { url: 'postgres://owner:of-the-tables@h/d' } },
  } as unknown as AgentSettings;

  it('finds passwords as written and as meant, and no word that is public', () => {
    expect([...new Set(secretsOf(settings))].sort()).toEqual([
      'key-of-the-env',
      'management',
      'of-the-tables',
      'p%40ssword',
      'p@ssword',
      'url-of-env',
    ]);
  });
});
