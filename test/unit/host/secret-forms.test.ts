import { createRedactor } from '../../../src/host/redact';

const SECRET = `p@ss/w&rd+"é'\\x`;
const redact = createRedactor([SECRET, 'hunter22', 'two\nlines-of-it']);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const lower = (encoded: string) => encoded.replace(/%../g, (hex) => hex.toLowerCase());
const html = SECRET.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
const python = SECRET.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('é', '\\xe9');

describe('a secret that the agent knows', () => {
  it.each([
    ['as it is', SECRET],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['percent-encoded in lower case', lower(encodeURIComponent(SECRET))],
    ['percent-encoded in parts', SECRET.replace('@', '%40')],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
    ['of a form', new URLSearchParams({ a: SECRET }).toString().slice(2)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON within JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
    ['in JSON of ASCII', JSON.stringify(SECRET).slice(1, -1).replace('é', '\\u00E9')],
    ['in Python', python],
    ['in a shell', SECRET.replaceAll("'", `'\\''`)],
    ['in HTML', html],
    ['in base64', base64(SECRET)],
    ['in base64 after a user', base64(`king:${SECRET}`)],
    ['in base64 at another place', base64(`kings:${SECRET}, and more`)],
    ['in base64 at a third place', base64(`guest2:${SECRET}`)],
    ['in base64 for addresses', base64url(`\u00ff\u00fe:${SECRET}`)],
    ['short, in base64 among other bytes', base64('\u0000\u0001hunter22\u0000')],
    ['of two lines, as one', 'two\\nlines-of-it'],
    ['of two lines, of Windows', 'two\r\nlines-of-it'],
  ])('is masked %s', (_, form) => expect(redact(`it is ${form} here`)).toBe('it is *** here'));

  it('takes nothing of what only resembles it', () => {
    const text = `hunter2 2, ${base64('hunter')}, p@ss, ${base64('other bytes of a file')}, /opt/kingfisher/bin`;
    expect(redact(text)).toBe(text);
  });

  it('comes to an end in a long hostile text', () => {
    const slow = createRedactor(['@@@@@@@@@@@@b', '\\\\\\\\\\\\c']);
    for (const part of ['@', '\\', '%40', '%25', '&#0', 'QEBA']) expect(slow(part.repeat(64 * 1024))).toBeDefined();
  });
});
