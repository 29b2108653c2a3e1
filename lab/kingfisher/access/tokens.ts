/** Tokens of clients: JWT, signed by HS256. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Claims {
  /** The client's name. */
  sub: string;
  roles: string[];
  /** Seconds since 1970. */
  exp: number;
}

/** What a token is worth. An expired one still says whose it was. */
export type Verdict = { kind: 'valid' | 'expired'; claims: Claims } | { kind: 'forged' };

export function issue(claims: Claims, secret: string): string {
  const head = encode({ alg: 'HS256', typ: 'JWT' });
  const body = encode({ ...claims, iat: Math.floor(Date.now() / 1_000) });
  return `${head}.${body}.${signature(`${head}.${body}`, secret)}`;
}

export function verify(token: string, secret: string, now = Date.now()): Verdict {
  const [head, body, sign, ...rest] = token.split('.');
  if (head === undefined || body === undefined || sign === undefined || rest.length > 0) return { kind: 'forged' };
  const expected = Buffer.from(signature(`${head}.${body}`, secret));
  const given = Buffer.from(sign);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { kind: 'forged' };
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Claims;
  return { kind: claims.exp * 1_000 > now ? 'valid' : 'expired', claims };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}
