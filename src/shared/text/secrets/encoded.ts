import { MASK } from './rule';

const BASE64 = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,8192}={0,2}/g;
const PRINTABLE = /^[\t\r\n\u0020-\u007e]+$/;
const USER_AND_PASSWORD = /^[\w.@-]{1,64}:\S{3,200}$/;

/** Masks what, decoded from base64, is a user with a password, or something in which `mask` finds a secret. */
export function maskEncoded(text: string, mask: (decoded: string) => string): string {
  return text.replace(BASE64, (encoded) => {
    const decoded = decode(encoded);
    if (decoded === undefined) return encoded;
    return USER_AND_PASSWORD.test(decoded) || mask(decoded) !== decoded ? MASK : encoded;
  });
}

/** Undefined where it is no text: nearly everything that only looks like base64. */
function decode(encoded: string): string | undefined {
  const whole = encoded.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '');
  try {
    // What was cut in the middle still begins with a secret.
    const text = atob(whole.slice(0, whole.length - (whole.length % 4 === 1 ? 1 : 0)));
    return PRINTABLE.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
