import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ChannelBindingType } from '../auth/authenticator.ts';

/**
 * What identifies a TLS connection to both of its ends, and to no third party.
 *
 * - `tls-exporter` (RFC 9266): keying material of its own. For TLS 1.3, and for TLS 1.2 with the extended master secret,
 *   which OpenSSL has used since 1.1; Node does not say whether the other side does.
 * - `tls-unique` (RFC 5929, section 3): the first Finished message of the handshake, which is the client's, or in a resumed
 *   session the server's. TLS 1.3 has none.
 * - `tls-server-end-point` (RFC 5929, section 4): a hash of the server's certificate.
 *
 * @param role which end of the connection the socket is
 * @returns `undefined` without TLS, and where there is nothing of that type
 */
export function tlsBinding(
  socket: Socket,
  type: ChannelBindingType,
  role: 'client' | 'server' = 'client',
): Uint8Array | undefined {
  if (!('getProtocol' in socket)) return undefined;
  const tls = socket as TLSSocket;
  const isClient = role === 'client';
  switch (type) {
    case 'tls-exporter':
      return plain(tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
    case 'tls-unique':
      if (tls.getProtocol() === 'TLSv1.3') return undefined;
      return plain(isClient === tls.isSessionReused() ? tls.getPeerFinished() : tls.getFinished());
    case 'tls-server-end-point': {
      const certificate: { raw?: Buffer } | null = isClient ? tls.getPeerCertificate() : tls.getCertificate();
      return endPoint(certificate?.raw);
    }
  }
}

/** A view that is no Buffer, whose slice() shares and whose toJSON() differs. */
const plain = (bytes: Buffer | undefined): Uint8Array | undefined => bytes && new Uint8Array(bytes);

/** Signature algorithms by object identifier, in hexadecimal digits, and the hash that binds (MD5 and SHA-1 become SHA-256). */
const HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSA
  '2a864886f70d010105': 'sha256', // sha1WithRSA
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/** The hash of a certificate; nothing where its signature has no hash of its own (Ed25519) or an unknown one. */
function endPoint(certificate: Buffer | undefined): Uint8Array | undefined {
  if (!certificate) return undefined;
  // Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { algorithm OID, … }, … }
  const whole = element(certificate, 0);
  const signed = element(certificate, whole.from);
  const algorithm = element(certificate, signed.to);
  const identifier = element(certificate, algorithm.from);
  const hash = HASHES[certificate.toString('hex', identifier.from, identifier.to)];
  return hash === undefined ? undefined : plain(createHash(hash).update(certificate).digest());
}

/** Where the content of the DER element at `at` begins and ends. */
function element(der: Buffer, at: number): { from: number; to: number } {
  const first = der[at + 1] ?? 0;
  const more = first > 0x80 ? first - 0x80 : 0;
  const from = at + 2 + more;
  return { from, to: from + (more > 0 ? der.readUIntBE(at + 2, more) : first) };
}
