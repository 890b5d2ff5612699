/** Where a RawSocket leads to. */
export interface RawAddress {
  /** As users see it: `rs://host:port`. */
  readonly url: string;
  readonly secure: boolean;
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string };
}

/** An address on a network. */
export function networkAddress(host: string, port: number, secure: boolean): RawAddress {
  return {
    url: `${secure ? 'rss' : 'rs'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    secure,
    to: { host, port },
  };
}

/** A Unix domain socket. */
export function localAddress(path: string, secure: boolean): RawAddress {
  return { url: `${secure ? 'rss' : 'rs'}+unix:${path}`, secure, to: { path } };
}

/**
 * Reads an address: `rs://host:port`, `rss://host:port` (TLS), `rs+unix:/path`; also as Autobahn (`rs://unix:/path`) and
 * xconn (`unix+rs:///path`) write it, since there is no standard. Without a port it is 80, or 443 with TLS.
 *
 * @throws TypeError where it is none of them; the address itself is not repeated, as it may hold a secret
 */
export function parseAddress(url: string): RawAddress {
  const local =
    /^(?:rs(s?)\+unix:|unix\+rs(s?):)(?:\/\/(?=\/))?(.+)$/.exec(url) ?? /^rs(s?):\/\/()unix:(\/.*)$/.exec(url);
  if (local) return localAddress(local[3] as string, Boolean(local[1] ?? local[2]));
  const [, scheme, host, port] = /^(rss?):\/\/(\[[\da-f:.]+\]|[^:/?#@[\]]+)(?::(\d{1,5}))?\/?$/i.exec(url) ?? [];
  const secure = scheme?.toLowerCase() === 'rss';
  const number = port === undefined ? (secure ? 443 : 80) : Number(port);
  if (host === undefined || number < 1 || number > 65_535) {
    throw new TypeError('the address must be rs://host:port, rss://host:port or rs+unix:/path');
  }
  return networkAddress(host.replace(/^\[|\]$/g, ''), number, secure);
}
