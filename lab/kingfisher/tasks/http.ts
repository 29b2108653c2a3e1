/** Calls to the world outside, over connections that are kept. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http';

const agent = new Agent({ keepAlive: true });

export interface Call {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Rejects when there is no answer; its message says why, `timed out after 60 s` among others. */
export async function call(url: string, { method = 'GET', headers = {}, body, timeoutMs }: Call): Promise<Reply> {
  return await new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    const timer = setTimeout(() => asked.destroy(new TimedOut(timeoutMs)), timeoutMs);
    asked.on('error', reject);
    asked.on('close', () => clearTimeout(timer));
    asked.end(body);
  });
}

/** JSON of an answer; an empty object where it is none. */
export function jsonOf<T extends object>({ body }: Reply): Partial<T> {
  try {
    return (JSON.parse(body.toString('utf8')) ?? {}) as Partial<T>;
  } catch {
    return {};
  }
}

export class TimedOut extends Error {
  constructor(timeoutMs: number) {
    super(`timed out after ${timeoutMs / 1_000} s`);
  }
}
