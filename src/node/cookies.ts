import type { ClientRequest, IncomingMessage } from 'node:http';

/** Cookies that a router has set, kept in memory and sent to the same host again. */
export class CookieJar {
  /** By host and port: name → value. */
  readonly #hosts = new Map<string, Map<string, string>>();

  /** Adds the cookies of the host to the request that opens a WebSocket, behind those that the user has set. */
  attach(request: ClientRequest): void {
    const kept = this.#hosts.get(request.getHeader('host') as string);
    if (!kept || kept.size === 0) return;
    const given = request.getHeader('cookie') as string | undefined;
    const cookies = [...kept].map(([name, value]) => `${name}=${value}`);
    request.setHeader('cookie', [...(given === undefined ? [] : [given]), ...cookies].join('; '));
  }

  /** Keeps the cookies that an answer sets, and deletes those that it expires. */
  keep(request: ClientRequest, { headers }: IncomingMessage): void {
    const host = request.getHeader('host') as string;
    const kept = this.#hosts.get(host) ?? new Map<string, string>();
    for (const line of headers['set-cookie'] ?? []) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (at <= 0) continue;
      const name = pair.slice(0, at);
      // a name that is set anew moves to the end
      kept.delete(name);
      if (!attributes.some(isExpired)) kept.set(name, pair.slice(at + 1));
    }
    this.#hosts.set(host, kept);
  }
}

/** Whether an attribute deletes the cookie. */
function isExpired(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=');
  if (/^max-age$/i.test(name)) return Number(value) <= 0;
  return /^expires$/i.test(name) && new Date(value) <= new Date(0);
}
