import path from 'node:path';

/** As its server has them. */
export const EMBEDDED_USER = 'postgres';
export const EMBEDDED_DATABASE = 'postgres';

/** Linux takes no longer name for a socket. */
const SOCKET_BYTES = 107;

/** Where the embedded database keeps its files, and where it is reached: clients look for this name in the folder. */
export function embeddedPlace(folder: string): { data: string; socket: string } {
  const socket = path.join(folder, '.s.PGSQL.5432');
  if (Buffer.byteLength(socket) > SOCKET_BYTES) {
    throw new Error(`store.path: ${folder} is too long a name: a socket in it has ${SOCKET_BYTES} bytes at most`);
  }
  return { data: path.join(folder, 'data'), socket };
}
