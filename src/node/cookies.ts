import type { ClientRequest, IncomingMessage } from 'node:http';

/** The cookies that a router has set, kept in memory and shown to the same host again. */
export class CookieJar {
  /** By host and port: name → value. */
  readonly #hosts = new Map<string, Map<string, string>>();

  /** Adds what is kept for the host to the request that opens a WebSocket, behind what the user has set. */
  show(request: ClientRequest): void {
    const kept = this.#hosts.get(request.getHeader('host') as string);
    if (!kept || kept.size === 0) return;
    const given = request.getHeader('cookie') as string | undefined;
    const cookies = [...kept].map(([name, value]) => `${name}=${value}`);
    request.setHeader('cookie', [...(given === undefined ? [] : [given]), ...cookies].join('; '));
  }

  /** Keeps, and forgets, what the answer says. */
  keep(request: ClientRequest, { headers }: IncomingMessage): void {
    const host = request.getHeader('host') as string;
    const kept = this.#hosts.get(host) ?? new Map<string, string>();
    for (const line of headers['set-cookie'] ?? []) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (at <= 0) continue;
      const name = pair.slice(0, at);
      // a name comes last when it is set anew
      kept.delete(name);
      if (!attributes.some(isOver)) kept.set(name, pair.slice(at + 1));
    }
    this.#hosts.set(host, kept);
  }
}

/** Whether an attribute says that the cookie is to be forgotten. */
function isOver(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=');
  if (/^max-age$/i.test(name)) return Number(value) <= 0;
  return /^expires$/i.test(name) && new Date(value) <= new Date(0);
}
