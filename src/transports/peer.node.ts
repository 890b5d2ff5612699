import type { Socket } from 'node:net';

/** Who is at the other end of a connection, `127.0.0.1:8080` or `[::1]:8080`; nothing for Unix domain sockets. */
export function peerOf(socket: Socket | undefined): { readonly peer?: string } {
  const { remoteAddress: host, remotePort: port } = socket ?? {};
  if (host === undefined || port === undefined) return {};
  return { peer: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` };
}
