import { isSecretName } from '../../../../../src/shared/text/secrets/names';
import { maskSecrets } from '../../../../../src/shared/text/secrets/mask';

const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('what is no secret stays', () => {
  it.each([
    'incident/KingfisherServiceDown/h1 has the turn, token 1764374839123',
    'token 1764374839123 is older than 1764374839124, the newest seen on this host; nothing is to be done',
    '**incident/x/h1** has the turn since 10:15:00 UTC, token 1764374839123',
    'used 512 tokens=512 of max_tokens',
    'max_tokens: 4096, total_tokens=17, prompt_tokens: 3',
    '{"usage":{"completion_tokens":12,"token_count":4,"token_type":"bearer"}}',
    'commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    `sha256 ${SHA256}`,
    `image kingfisher@sha256:${SHA256}`,
    '550e8400-e29b-41d4-a716-446655440000',
    '2026-11-30T04:47:56.123Z',
    'password authentication failed for user "kingfisher"',
    'FATAL: no password supplied',
    'password is required',
    'the password was rejected by the server',
    'Invalid password for user king',
    'required: ["password", "username"]',
    'sudo: a password is required; a terminal is required to read the password',
    'WWW-Authenticate: Basic realm="RabbitMQ Management"',
    'basic authentication failed, bearer authentication needed',
    'GET /ready HTTP/1.1 503 in 12 ms',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'amqp://localhost:5672/vhost',
    'http://127.0.0.1:9090/graph?g0.expr=up%7Bjob%3D%22kingfisher%22%7D+%3D%3D+0&g0.tab=1',
    'https://github.com/temporalio/sdk-typescript/issues/1234#issuecomment-5678',
    'ssh://git@host/repository.git',
    'postgres://kingfisher@db:5432/zmart',
    'mailto:anna@example.com, anna@example.com wrote',
    'journalctl -u kingfisher.service -n 50 -p err',
    'docker run -u 1000:1000 -p 8201:8201 image',
    'mkdir -p /var/backups/kingfisher',
    'ps -p 4711 -o lstart=',
    '/opt/zmart/kingfisher/venv/lib/python3.11/site-packages/pydantic/main.py:212',
    '/var/lib/kingfisher/temp_processing_images/2026-11-30/frame_000123.png',
    'ratelimit:premium:user:8123456',
    'kingfisher_pipeline_failures_total{stage="ocr",reason="timeout"} 17',
    'File "/opt/app/token.py", line 12, in refresh_token',
    'secret "kingfisher-db" not found',
    'keyspace hits 12, primary key violated: Key (id)=(17) already exists',
    'author: anna, authored by anna',
    'passed: 12, bypass=true, compass: north, passenger: 3',
    'PID 1234: state S, wchan ep_poll',
    'kingfisher@host:~$ ls',
    'sk-learn and SKU-123456',
    'Nov 30 04:47:56 h1 kingfisher[4711]: worker 3: done in 12.5 ms',
    'token_bucket: full, token expires_in=3600',
    'password_file: /etc/kingfisher/password',
    'a key=value pair, monkey=banana, foreign_key=7',
    'the certificate -----BEGIN CERTIFICATE----- is public',
    '${DB_PASSWORD} and password: ${DB_PASSWORD}',
    'routing_key: image.processed, exchange: zmart',
    'password: null, token: true, secret=false',
  ])('%s', (text) => expect(maskSecrets(text)).toBe(text));

  it.each(['password', 'db_password', 'API_KEY', 'apiKey', 'Authorization', 'clientSecret', 'PGPASSWORD', 'x-api-key'])(
    '%s is the name of a secret',
    (name) => expect(isSecretName(name)).toBe(true),
  );

  it.each([
    'token_type',
    'max_tokens',
    'passed',
    'keyspace',
    'author',
    'password_file',
    'secret_name',
    'bypass',
    'key',
  ])('%s is no name of a secret', (name) => expect(isSecretName(name)).toBe(false));
});

describe('what is masked', () => {
  it('stays as it is when it is masked again', () => {
    for (const text of ['password=hunter22', 'https://tok3n@host', 'Cookie: a=b', `['--token', 'a']`]) {
      const once = maskSecrets(text);
      expect(maskSecrets(once)).toBe(once);
    }
  });
});
