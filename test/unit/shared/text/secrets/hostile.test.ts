import { maskArguments } from '../../../../../src/shared/text/secrets/arguments';
import { maskSecrets } from '../../../../../src/shared/text/secrets/mask';

const SIZE = 64 * 1024;
const filled = (part: string) => part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);

/** Each of them makes a pattern begin at every place, or give up only at the end. A pattern that is not linear hangs here. */
const HOSTILE = [
  'password_',
  'password ',
  'password="',
  `password='"`,
  'password was ',
  'password=a,',
  'password:\n',
  'password: |\n  a\n',
  'https://',
  'https://a:',
  'https://a:a@',
  'a:',
  'mysql ',
  'mysql -',
  'curl -u ',
  'curl -u a:',
  'redis-cli ',
  'machine a login b ',
  'machine ',
  'name: password ',
  'name: password\n',
  '"name":"password",',
  '<password ',
  '<password>',
  '<',
  "'--password' ",
  "'--password',",
  '("password",',
  '-----BEGIN RSA PRIVATE KEY-----',
  '-----END RSA PRIVATE KEY-----',
  '-----BEGIN ',
  'QUJD\n',
  'QUJDQUJD\\n',
  'Zm9vOmJhcmJhcg== ',
  'Zm9vOmJhcmJhcg',
  'eyJ',
  'eyJa.',
  'AKIA',
  'sk-',
  'SG.aaaaaaaaaaaaaaaaaaaaaa.',
  '$2b$12$',
  '1:',
  '1234567:',
  'pagerduty ',
  'Bearer ',
  'Bearer a',
  'Cookie: ',
  'Authorization: ',
  'a.-_',
  '\\',
  '\\"',
  '"',
  "'",
  ' ',
  '\n',
  '-',
  'a',
  '1',
  '%3A%2F%2Fa%3A',
  'db:1:a:b:',
  'echo a ',
  'a://',
  '?key=',
];

it.each(HOSTILE)('64 KiB of %j come to an end', (part) => {
  expect(typeof maskSecrets(filled(part))).toBe('string');
  expect(typeof maskSecrets(`${filled(part)}!`)).toBe('string');
});

it('a list of very many arguments comes to an end', () => {
  const list = Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? '--password' : 'a'));
  expect(maskArguments(list).filter((one) => one === '***')).toHaveLength(10_000);
});
