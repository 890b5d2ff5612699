import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { tlsBinding } from '../../transports/binding.node.ts';
import type { LinkCredentials } from '../auth-options.ts';

/** What a request shows of the client that made it: headers, TLS certificate, channel binding. */
export function credentialsOf({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): LinkCredentials {
  const certificate = 'getPeerCertificate' in socket ? certificateOf(socket as TLSSocket) : undefined;
  return {
    headers,
    channelBinding: (type) => tlsBinding(socket, type, 'server'),
    ...(certificate && { certificate }),
  };
}

/** An untrusted certificate proves nothing: a server that does not reject it must not go by it. */
function certificateOf(socket: TLSSocket): LinkCredentials['certificate'] {
  const { subject, fingerprint256 } = socket.getPeerCertificate() as Partial<
    ReturnType<TLSSocket['getPeerCertificate']>
  >;
  if (!socket.authorized || fingerprint256 === undefined) return undefined;
  return { name: String(subject?.CN ?? ''), fingerprint: fingerprint256 };
}
