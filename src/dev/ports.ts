import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that a part wants, and the key of halcyon.yaml that says which. */
export interface WantedPort {
  part: string;
  host: string;
  port: number;
  key: string;
}

/** One line for each that somebody else has, with what to do about it. */
export async function portsInUse(wanted: WantedPort[], file: string): Promise<string[]> {
  const problems = await Promise.all(wanted.map(problemOf));
  return problems.flatMap((problem, index) => (problem === null ? [] : line(wanted[index]!, problem, file)));
}

function line({ part, host, port, key }: WantedPort, problem: string, file: string): string {
  const who = `"ss -ltnp 'sport = :${port}'" says who has it`;
  return `${host}:${port}, for ${part}, ${problem}: ${who}; end that, or choose another with ${key} in ${file}`;
}

async function problemOf({ host, port }: WantedPort): Promise<string | null> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    return code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code ?? String(err)})`;
  }
  server.close();
  await once(server, 'close');
  return null;
}
