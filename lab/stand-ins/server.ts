import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a service fails for the next calls, as the real one does. */
export type Fault =
  | { kind: 'rateLimited'; retryAfterSeconds: number }
  | { kind: 'status'; status: number }
  /** Takes the call, does nothing, never answers. */
  | { kind: 'hang' }
  /** Does what was asked, and the connection breaks before the answer. */
  | { kind: 'dropAfterAccept' };

/** Faults in the order in which calls meet them. */
export class Faults {
  private planned: Fault[] = [];
  private lasting: Fault | null = null;

  /** The next `times` calls fail so. */
  next(fault: Fault, times = 1): void {
    for (let count = 0; count < times; count++) this.planned.push(fault);
  }

  /** Every call fails so, until `clear`. */
  always(fault: Fault): void {
    this.lasting = fault;
  }

  clear(): void {
    this.planned = [];
    this.lasting = null;
  }

  take(): Fault | null {
    return this.planned.shift() ?? this.lasting;
  }
}

export interface Answer {
  status: number;
  /** JSON; bytes are sent as they are. */
  body: object | Buffer;
  headers?: Record<string, string>;
}

/** What one call is answered; told apart from faults, which are the server's matter. */
export type Handler = (request: IncomingMessage, body: string) => Answer | Promise<Answer>;

/** Where a stand-in listens. */
export interface Place {
  /** @default '127.0.0.1' */
  host?: string;
  /** @default a free one */
  port?: number;
}

/** A small HTTP server that can fail on purpose. */
export class StandInServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(
    handler: Handler,
    faults: Faults,
    limited: (retryAfterSeconds: number) => Answer,
    { host = '127.0.0.1', port = 0 }: Place = {},
  ): Promise<StandInServer> {
    const server = createServer((request, response) => void serve(request, response, handler, faults, limited));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
    return new StandInServer(server, `http://${host}:${(server.address() as AddressInfo).port}`);
  }

  /** Lets go of the port, and of the calls that hang. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** A server that may be out of reach for a while: nobody listens then. */
export class ReachableServer {
  private server: StandInServer | undefined;

  constructor(private readonly listen: () => Promise<StandInServer>) {}

  /** Empty while nobody listens. */
  get url(): string {
    return this.server?.url ?? '';
  }

  async be(isReachable: boolean): Promise<void> {
    if (isReachable) this.server ??= await this.listen();
    else await this.stop();
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    this.server = undefined;
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handler: Handler,
  faults: Faults,
  limited: (retryAfterSeconds: number) => Answer,
): Promise<void> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += String(chunk);
  const fault = faults.take();
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'rateLimited') return send(response, limited(fault.retryAfterSeconds));
  if (fault?.kind === 'status') return send(response, { status: fault.status, body: { error: 'stand-in fails' } });
  const answer = await handler(request, body);
  if (fault?.kind === 'dropAfterAccept') request.socket.destroy();
  else send(response, answer);
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const isJson = !Buffer.isBuffer(body);
  const type = isJson ? 'application/json; charset=utf-8' : 'application/octet-stream';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(isJson ? JSON.stringify(body) : body);
}
