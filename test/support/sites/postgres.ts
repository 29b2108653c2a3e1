import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { freePorts } from '../../../lab/temporal/ports';
import { waitFor } from '../wait-for';

const INSTALLED = '/usr/lib/postgresql';
/** Whom Debian's package adds; PostgreSQL refuses to run as root. */
const USER = 'postgres';

/** A PostgreSQL of its own in a temporary folder, on a free port of the loopback. Take it down with `down()`. */
export class ScratchPostgres {
  private constructor(
    readonly url: string,
    private readonly server: ChildProcess,
    private readonly folder: string,
  ) {}

  static async up(): Promise<ScratchPostgres> {
    const [version = ''] = (await readdir(INSTALLED)).sort().reverse();
    const bin = (program: string) => path.join(INSTALLED, version, 'bin', program);
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('/usr/bin/id', [flag, USER], { encoding: 'utf8' })),
    );
    const as = { uid: uid!, gid: gid! };
    const folder = await mkdtemp(path.join(tmpdir(), 'halcyon-postgres-'));
    await chown(folder, as.uid, as.gid);
    const data = path.join(folder, 'data');
    execFileSync(bin('initdb'), ['--pgdata', data, '--auth=trust', '--username', USER, '--no-sync'], as);
    const [port = 0] = await freePorts(1);
    const server = spawn(
      bin('postgres'),
      ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'],
      { ...as, stdio: 'ignore' },
    );
    const postgres = new ScratchPostgres(`postgres://${USER}@127.0.0.1:${port}/postgres`, server, folder);
    await waitFor(async () => (await postgres.query('SELECT 1')).length === 1, { what: 'PostgreSQL to answer' });
    return postgres;
  }

  /** On a connection of its own. */
  async query<T = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = await this.connect();
    try {
      return (await client.query(sql, values)).rows as T[];
    } finally {
      await client.end();
    }
  }

  /** For a conversation of several statements; end it. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    return client;
  }

  /** Also of one that is down already. */
  async down(): Promise<void> {
    if (this.server.exitCode === null && this.server.signalCode === null) {
      const ended = once(this.server, 'exit');
      // Fast shutdown: what is connected is cut off.
      this.server.kill('SIGINT');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
