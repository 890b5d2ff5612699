import type { AuthAttempt, LinkSecurity, Reporter } from './authenticator.ts';

/** The schemes of addresses without TLS: WebSocket, HTTP long-poll, RawSocket over TCP. */
const CLEAR = /^(ws|http|rs):\/\//i;
/** Hosts that are this machine, with or without the brackets of IPv6. */
const LOOPBACK = /^((.+\.)?localhost|127(\.\d+){3}|\[?::1\]?|\[?::ffff:(127\.|7f)[\da-f.:]+\]?)$/i;

/** The clients that have reported it. */
const reported = /* @__PURE__ */ new WeakSet<Reporter>();

/** Whether what is sent can be read on its way: neither TLS, nor a Unix domain socket, nor this machine. */
export function isInsecure({ url = '', isSecure, peer }: LinkSecurity): boolean {
  if (isSecure || !CLEAR.test(url)) return false;
  const host = peer === undefined ? new URL(url).hostname : peer.replace(/:\d+$/, '');
  return !LOOPBACK.test(host);
}

/** Reports, once for each client, that a secret is about to be sent as it is over a link that others can read. */
export function reportInsecure(method: string, attempt: AuthAttempt): void {
  const { notifier } = attempt;
  const security = attempt.link?.();
  if (!notifier || !security || reported.has(notifier) || !isInsecure(security)) return;
  reported.add(notifier);
  notifier.emit({ type: 'insecure', method, url: security.url as string });
}
