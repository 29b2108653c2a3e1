import { maskArguments } from '../../../../../src/shared/text/secrets/arguments';
import { expectMasked } from './support';
import type { Row } from './support';

const S = 'hunter22';

describe('command lines', () => {
  it.each<Row>([
    [`run --password ${S} --verbose`, S, '--verbose'],
    [`run --password=${S} --verbose`, S, '--verbose'],
    [`run -password ${S}`, S],
    [`run --api-key '${S} b' c`, [S, ' b'], ' c'],
    [`['run', '--password','${S}', '-v']`, S, "'-v'"],
    [`["run", "--db-password", "${S}", "-v"]`, S, '"-v"'],
    [String.raw`[\"--token\", \"${S}\"]`, S],
    [`'run' '--password' '${S}' '-v'`, S, "'-v'"],
    [`run '--token' ${S} -v`, S, '-v'],
    [`run\u0000--password\u0000${S}\u0000-v`, S, '-v'],
    [`- --password\n- ${S}\n- -v`, S, '- -v'],
    [`mysql -h db -uking -p${S} zmart`, S, ['-uking', 'zmart']],
    [`mysqldump -p'${S}' zmart`, S, 'zmart'],
    [`curl -s -u king:${S} http://h/`, S, ['king', 'http://h/']],
    [`curl --user 'king:${S} b' http://h/`, [S, ' b'], 'http://h/'],
    [`curl -uking:${S} http://h/`, S],
    [`['curl', '-u', 'king:${S}', 'x']`, S, "'x'"],
    [`redis-cli -h cache -a ${S} ping`, S, 'ping'],
    [`sshpass -p ${S} ssh host`, S, 'ssh host'],
    [`rabbitmqctl change_password guest ${S}`, S, 'guest'],
    [`rabbitmqctl add_user king ${S}`, S, 'king'],
    [`htpasswd -b file king ${S}`, S, 'king'],
    [`docker login -u king -p ${S} host`, S, 'host'],
    [`openssl enc -pass pass:${S} -in a`, S, '-in a'],
    [`ALTER ROLE king; \\password ${S}`, S],
    [`echo ${S} | sudo -S ls`, S, 'sudo -S ls'],
    [`machine h login king password ${S}`, S, 'login king'],
    [`machine h\n  login king\n  password ${S}\nmachine b`, S, 'machine b'],
    [`default login king password ${S}`, S],
    [`db:5432:zmart:king:${S}`, S, 'db:5432:zmart:king'],
    [`requirepass ${S}`, S, 'requirepass'],
    [`AUTH ${S}`, S],
    [`"AUTH" "king" "${S}"`, S],
  ])('%s', (...row) => expectMasked(row));
});

describe('lists of arguments', () => {
  it.each([
    [
      ['run', '--password', S, '-v'],
      ['run', '--password', '***', '-v'],
    ],
    [
      ['run', `--password=${S}`, '-v'],
      ['run', '--password=***', '-v'],
    ],
    [
      ['curl', '-u', `king:${S}`, 'http://h'],
      ['curl', '-u', 'king:***', 'http://h'],
    ],
    [
      ['mysql', `-p${S}`, 'zmart'],
      ['mysql', '-p***', 'zmart'],
    ],
    [
      ['redis-cli', '-a', S, 'ping'],
      ['redis-cli', '-a', '***', 'ping'],
    ],
    [
      ['psql', `postgres://king:${S}@db/z`],
      ['psql', 'postgres://king:***@db/z'],
    ],
    [
      ['run', '--password', '--verbose'],
      ['run', '--password', '--verbose'],
    ],
    [
      ['/usr/bin/env', `API_KEY=${S}`, 'run'],
      ['/usr/bin/env', 'API_KEY=***', 'run'],
    ],
    [
      ['run', '-c', 'some text', '--max-tokens', '4096'],
      ['run', '-c', 'some text', '--max-tokens', '4096'],
    ],
    [
      ['run', '--password', 'two words'],
      ['run', '--password', '***'],
    ],
  ])('%j', (list, masked) => expect(maskArguments(list)).toEqual(masked));
});
