/** Prints a new token for a client: `gen-jwt.js --client dashboard --roles analysis.write --expires 24`, hours. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { issue } from './access/tokens';
import { readEnvironment } from './configuration';

const HOUR_SECONDS = 3_600;

function main(): void {
  const { values } = parseArgs({
    options: {
      client: { type: 'string', default: 'client' },
      roles: { type: 'string', default: 'analysis.write' },
      expires: { type: 'string', default: '24' },
    },
  });
  const hours = Number(values.expires);
  if (!Number.isFinite(hours)) throw new Error(`--expires: expected hours, got "${values.expires}"`);
  const exp = Math.floor(Date.now() / 1_000 + hours * HOUR_SECONDS);
  const secret = readFileSync(readEnvironment(process.env).jwtSecretFile, 'utf8').trim();
  console.log(issue({ sub: values.client, roles: values.roles.split(','), exp }, secret));
}

try {
  main();
} catch (error) {
  console.error(`gen-jwt: ${(error as Error).message}`);
  process.exitCode = 1;
}
