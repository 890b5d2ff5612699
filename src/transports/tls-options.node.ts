import type { SecureContextOptions } from 'node:tls';
import { BOOL, discreetly, TEXT, type Kind } from '../protocol/kinds.ts';
import { eitherOr } from './kinds.ts';

/** What a transport of Node needs for TLS. */
export interface TlsClientOptions {
  /** Certificates to trust instead of the well-known ones (PEM). */
  readonly ca?: SecureContextOptions['ca'] | undefined;
  /** This client's certificate (PEM), for authentication by TLS. */
  readonly cert?: SecureContextOptions['cert'] | undefined;
  /** The key that belongs to `cert` (PEM). */
  readonly key?: SecureContextOptions['key'] | undefined;
  /** The server name to ask for in the TLS handshake, which its certificate must have; the host by default. */
  readonly servername?: string | undefined;
  /**
   * False accepts any certificate. For development only.
   * @default true
   */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** What Node takes as a certificate or key: PEM, bytes, or lists of them. */
const PEM = eitherOr(TEXT, { expected: 'an object', test: (v) => typeof v === 'object' && v !== null });

/** What those must be. */
export const TLS: Readonly<Record<keyof TlsClientOptions, Kind>> = {
  ...discreetly({ ca: PEM, cert: PEM, key: PEM }),
  servername: TEXT,
  rejectUnauthorized: BOOL,
};
