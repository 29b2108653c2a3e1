import { expectMasked } from './support';
import type { Row } from './support';

const S = 'hunter22';

describe('what a name says is a secret', () => {
  it.each<Row>([
    [`password=${S} user=king`, S, 'user=king'],
    [`PGPASSWORD=${S} psql -h db`, S, 'psql -h db'],
    [`MYSQL_PWD=${S}`, S],
    [`REDISCLI_AUTH=${S} redis-cli`, S, 'redis-cli'],
    [`aws_secret_access_key = ${S}/x+y`, [S, 'x+y']],
    [`{"db_password": "hunter 22", "x": 1}`, 'hunter 22', '"x": 1'],
    [String.raw`{\"api_key\":\"${S}\",\"b\":1}`, S, String.raw`\"b\":1`],
    [String.raw`{\\\"api_key\\\":\\\"${S}\\\"}`, S],
    [String.raw`password="hun\"ter22" next`, ['hun', 'ter22'], 'next'],
    [`{'password': 'it''s ${S}'}`, S],
    [`password="${S}`, S],
    [`password=hun,ter;22`, ['hun', 'ter', '22']],
    [`password=hun\\ter22`, ['hun', 'ter22']],
    [`login password=${S}, retry 3`, S, ', retry 3'],
    [`a(password=${S}, user=b)`, S, ', user=b)'],
    [`password := "${S}"`, S],
    [`password => ${S}`, S],
    [`password ==> ${S}`, S],
    [`db.password:${S}`, S, 'db.password'],
    [`spring.datasource.password = ${S}`, S],
    [`passphrase: ${S}`, S],
    [`passcode=${S}`, S],
    [`client_secret=${S}&grant=x`, S, 'grant=x'],
    [`clientSecret: ${S}`, S],
    [`JWT_SIGNING_KEY=${S}`, S],
    [`encryption_key: ${S}`, S],
    [`integration-key=${S}`, S],
    [`webhook_secret=${S}`, S],
    [`access_token=${S}`, S],
    [`otp=${S}`, S],
  ])('%s', (...row) => expectMasked(row));
});

describe('in words', () => {
  it.each<Row>([
    [`password was "${S}"`, S, 'password was'],
    [`the token is '${S}'`, S],
    [`password "${S}" is wrong`, S, 'is wrong'],
    ['secret set to `hunter22`', S],
    [`wrong password ${S}!`, S],
    [`password is ${S}`, S, 'password is'],
    [`ALTER USER king WITH PASSWORD 'hunter'`, 'hunter', 'ALTER USER king'],
    [`CREATE USER k IDENTIFIED BY 'hunter'`, 'hunter', 'CREATE USER k'],
  ])('%s', (...row) => expectMasked(row));
});

describe('over several lines', () => {
  it.each<Row>([
    [`password:\n  ${S}\nuser: king`, S, 'user: king'],
    [`"password":\n    "${S}",\n  "user": 1`, S, '"user": 1'],
    [`password="first\nsecond" next`, ['first', 'second'], 'next'],
    [`password: |\n  ${S}\n  more-of-it\nuser: king`, [S, 'more-of-it'], 'user: king'],
    [`password: >-\n  ${S}`, S],
    [`--password \\\n  ${S} --verbose`, S, '--verbose'],
  ])('%j', (...row) => expectMasked(row));
});

describe('as pairs', () => {
  it.each<Row>([
    [`- name: DB_PASSWORD\n  value: ${S}\n- name: X`, S, '- name: X'],
    [`{"name":"API_KEY","value":"${S}"}`, S, '"name":"API_KEY"'],
    [`{"Name": "MasterUserPassword", "Value": "${S}"}`, S],
    [`<add key="Password" value="${S}" />`, S, '<add key="Password"'],
    [`<db:password>${S}</db:password>`, S, '</db:password>'],
    [`<Token type="a">${S}</Token>`, S],
    [`("password", "${S}")`, S],
    [`(b'authorization', b'${S}')`, S],
  ])('%s', (...row) => expectMasked(row));
});

describe('headers', () => {
  it.each<Row>([
    [`Authorization: Bearer abcDEF123.456`, 'abcDEF123', 'Authorization: '],
    [`authorization: Basic Z3Vlc3Q6Z3Vlc3Q=`, 'Z3Vlc3Q6'],
    [`Authorization: Token token=${S}`, S],
    [`Authorization: Digest username="k", response="${S}"\nHost: b`, S, 'Host: b'],
    [`Authorization: AWS4-HMAC-SHA256 Credential=AK/2026/x, Signature=${S}`, S],
    [`Proxy-Authorization: ${S} b`, S],
    [`-H 'authorization: ApiKey ${S}' https://host/a`, S, 'https://host/a'],
    [`{"authorization": "Custom a ${S}", "b": 1}`, S, '"b": 1'],
    [`X-Api-Key: ${S}`, S, 'X-Api-Key'],
    [`X-Auth-Token: ${S}`, S],
    [`PRIVATE-TOKEN: ${S}`, S],
    [`Ocp-Apim-Subscription-Key: ${S}`, S],
    [`Cookie: session=${S}; csrftoken=zzz99\nHost: b`, [S, 'zzz99'], 'Host: b'],
    [`Set-Cookie: sid=${S}; Path=/; HttpOnly`, S],
    [`{"cookie": "sid=${S}; a=b", "host": "b"}`, S, '"host": "b"'],
    [`sent bearer ${S}`, S],
  ])('%s', (...row) => expectMasked(row));
});

describe('connection strings', () => {
  it.each<Row>([
    [`Server=db;User Id=king;Password=${S};Timeout=3`, S, ['User Id=king', 'Timeout=3']],
    [`Server=db;Uid=king;Pwd=${S};`, S, 'Uid=king'],
    [`host=db user=king password='hun ter' dbname=z`, 'hun ter', 'dbname=z'],
    [`AccountName=a;AccountKey=${S}+/x==;EndpointSuffix=b`, S, 'EndpointSuffix=b'],
    [`Endpoint=sb://a/;SharedAccessKeyName=root;SharedAccessKey=${S}=`, S],
    [`jdbc:postgresql://db/z?user=king&password=${S}&ssl=1`, S, 'ssl=1'],
  ])('%s', (...row) => expectMasked(row));
});
