/**
 * Runs inside a lab host: asks `/health` every 10 ms and writes each change as a JSON line, until TERM. The first line is
 * the first answer.
 */
import { appendFileSync } from 'node:fs';
import { get } from 'node:http';

const EVERY_MS = 10;
const TIMEOUT_MS = 1_000;

/** One change, by the clock of the machine. */
export interface HealthChange {
  atMs: number;
  up: boolean;
}

function main([file, url]: string[]): void {
  if (file === undefined || url === undefined) throw new Error('usage: down-watch.js FILE URL');
  let last: boolean | undefined;
  let asking = false;
  setInterval(() => {
    if (asking) return;
    asking = true;
    const atMs = Date.now();
    void isUp(url).then((up) => {
      asking = false;
      if (up === last) return;
      last = up;
      const change: HealthChange = { atMs: up ? Date.now() : atMs, up };
      appendFileSync(file, `${JSON.stringify(change)}\n`);
    });
  }, EVERY_MS);
}

function isUp(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

main(process.argv.slice(2));
