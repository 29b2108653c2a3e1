/** What a path answers. */

export interface Page {
  status: number;
  type: string;
  body: string;
  headers?: Record<string, string>;
  /** The client that asked, where its token says so. */
  client?: string | undefined;
}

export function json(status: number, value: unknown): Page {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}
