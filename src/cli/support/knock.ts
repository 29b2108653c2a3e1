import { connect } from 'node:net';

const KNOCK_MS = 1_000;
/** gRPC goes through these where they are set, and an own connection would not. */
const PROXIES = ['grpc_proxy', 'https_proxy', 'http_proxy'];

/**
 * Whether somebody refuses connections at this address: gRPC itself tries on until its deadline. A silent address, or one
 * behind a proxy, is not said to refuse.
 *
 * @param address `host:port`
 */
export async function isRefused(address: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  if (PROXIES.some((name) => env[name] !== undefined || env[name.toUpperCase()] !== undefined)) return false;
  const { hostname, port } = new URL(`tcp://${address}`);
  return await new Promise<boolean>((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), timeout: KNOCK_MS });
    const end = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket.once('connect', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('error', (err: NodeJS.ErrnoException) => end(codesOf(err).every((code) => code === 'ECONNREFUSED')));
  });
}

/** A name with several addresses fails with an error for each. */
function codesOf(err: NodeJS.ErrnoException): (string | undefined)[] {
  return err instanceof AggregateError ? err.errors.map((one: NodeJS.ErrnoException) => one.code) : [err.code];
}
