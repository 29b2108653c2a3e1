/** Who may ask for an analysis: clients with a token of that role, so many times a minute. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Environment } from '../configuration';
import type { Limits } from '../limits';
import type { Metrics, Violation } from '../metrics';
import { json, type Page } from '../page';
import type { RateLimits } from './rate-limits';
import { verify } from './tokens';

const ROLE = 'analysis.write';

export class Guard {
  private readonly secret: string | null;
  private rateLimits: Promise<RateLimits> | null = null;

  constructor(
    private readonly environment: Environment,
    private readonly limits: Limits,
    private readonly metrics: Metrics,
  ) {
    this.secret = readSecret(environment.jwtSecretFile);
  }

  async answer(request: IncomingMessage): Promise<Page> {
    const token = request.headers.authorization?.replace(/^Bearer /i, '');
    if (token === undefined) return this.refuse('unauthorized', json(401, { error: 'unauthorized' }));
    const verdict = this.secret === null ? ({ kind: 'forged' } as const) : verify(token, this.secret);
    if (verdict.kind === 'forged') return this.refuse('forbidden', json(403, { error: 'forbidden' }));
    const { sub: client, roles } = verdict.claims;
    if (verdict.kind === 'expired') return this.refuse('unauthorized', json(401, { error: 'token expired' }), client);
    if (!roles.includes(ROLE)) return this.refuse('forbidden', json(403, { error: `needs ${ROLE}` }), client);
    const wait = await this.waitOf(client);
    if (wait === null) return { ...json(200, { accepted: true }), client };
    const limited = json(429, { error: 'rate limit exceeded', retry_after: wait });
    return this.refuse('rate_limit', { ...limited, headers: { 'retry-after': String(wait) } }, client);
  }

  private refuse(violation: Violation, page: Page, client?: string): Page {
    this.metrics.securityViolations.add(1, violation);
    return { ...page, client };
  }

  private async waitOf(client: string): Promise<number | null> {
    const { dependencies, urls } = this.environment;
    const { requestsPerMinute } = this.limits;
    if (requestsPerMinute === null || !dependencies.includes('redis')) return null;
    try {
      // Its client library is loaded by the first who needs it: the service starts sooner.
      this.rateLimits ??= import('./rate-limits').then(({ RateLimits }) => new RateLimits(urls.redis));
      return await (await this.rateLimits).take(client, requestsPerMinute);
    } catch {
      // It could not be loaded; the next who needs it tries again.
      this.rateLimits = null;
      return null;
    }
  }
}

/** Without one, no token is good. */
function readSecret(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    return null;
  }
}
