/** Clients of KingFisher, who ask it from addresses of their own outside of its host. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request, type OutgoingHttpHeaders } from 'node:http';

export interface Client {
  /** Its address, IPv4 or IPv6. */
  from: string;
  perSecond: number;
  /** `forged`: signed by somebody else. `reader`: a role that may not ask. @default 'none' */
  token?: 'none' | 'valid' | 'expired' | 'forged' | 'reader';
  /** Its name, in its token. @default 'client' */
  name?: string;
  /** Used in place of `token` from the moment on when it is there: how a client gets a new one. */
  tokenFile?: string;
  /** @default '/api/v1/analysis' */
  path?: string;
}

/** Answers by status; `none` are requests without an answer. */
export type Answers = Record<string, number>;

export interface ClientsOptions {
  /** Puts an address on the network that the clients are in. */
  addAddress: (address: string) => void;
  /** KingFisher's host, for the clients of either family. */
  hosts: { ipv4: string; ipv6: string };
  port: number;
  /** Program and arguments that print a token. */
  issuer: string[];
}

const ANSWER_WITHIN_MS = 2_000;
const FORGED = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmVkIGJ5IHNvbWVib2R5IGVsc2U';

export class Clients {
  private timers: NodeJS.Timeout[] = [];
  private readonly answers = new Map<string, Answers>();

  constructor(private readonly options: ClientsOptions) {}

  /** These clients from now on, and no others. */
  set(clients: Client[]): void {
    this.stop();
    for (const client of clients) {
      this.options.addAddress(client.from);
      const token = this.tokenOf(client);
      this.answers.set(client.from, {});
      this.timers.push(setInterval(() => this.ask(client, token), 1_000 / client.perSecond));
    }
  }

  /** By address, since they were set. */
  report(): Record<string, Answers> {
    return Object.fromEntries(this.answers);
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    this.answers.clear();
  }

  private tokenOf({ token = 'none', name = 'client' }: Client): string | null {
    if (token === 'none') return null;
    if (token === 'forged') return FORGED;
    const role = token === 'reader' ? 'analysis.read' : 'analysis.write';
    // The sign belongs to its option: "--expires -1" would be two options.
    const more = ['--client', name, '--roles', role, `--expires=${token === 'expired' ? -1 : 24}`];
    const [program, ...args] = this.options.issuer;
    return execFileSync(program!, [...args, ...more], { encoding: 'utf8' }).trim();
  }

  private ask(client: Client, first: string | null): void {
    const answers = this.answers.get(client.from);
    const count = (what: string): void => {
      if (answers !== undefined) answers[what] = (answers[what] ?? 0) + 1;
    };
    const { hosts, port } = this.options;
    const token = readToken(client.tokenFile) ?? first;
    const headers: OutgoingHttpHeaders = { 'user-agent': `lab-client/1.0 ${client.name ?? ''}`.trim() };
    if (token !== null) headers.authorization = `Bearer ${token}`;
    const host = client.from.includes(':') ? hosts.ipv6 : hosts.ipv4;
    const path = client.path ?? '/api/v1/analysis';
    const options = { host, port, path, headers, localAddress: client.from, timeout: ANSWER_WITHIN_MS, agent: false };
    const asked = request(options, (response) => {
      response.resume();
      count(String(response.statusCode));
    });
    asked.on('timeout', () => asked.destroy()).on('error', () => count('none'));
    asked.end();
  }
}

function readToken(path: string | undefined): string | null {
  if (path === undefined) return null;
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    return null;
  }
}
