import { createPrivateKey, X509Certificate } from 'node:crypto';
import { CliError } from '../command.ts';
import type { ConnectionFlags } from './flags.ts';
import { contentOf } from './secrets.ts';

/** Settings of TLS, by the names that Node gives them. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** The TLS settings of the flags. */
export function tlsOf({ ca, cert, key, servername, insecure }: ConnectionFlags): TlsSettings {
  if ((cert === undefined) !== (key === undefined)) throw new CliError('--cert and --key go together');
  const own = cert === undefined || key === undefined ? undefined : clientCertificate(cert, key);
  if (ca !== undefined) certificateOf('--ca', ca);
  return {
    ...(ca !== undefined && { ca: contentOf('--ca', ca) }),
    ...own,
    ...(servername !== undefined && { servername }),
    ...(insecure === true && { rejectUnauthorized: false }),
  };
}

/** The certificate and key of this client, checked here: OpenSSL's error while connecting would not name the file. */
function clientCertificate(cert: string, key: string): { cert: string; key: string } {
  const certificate = certificateOf('--cert', cert);
  const text = contentOf('--key', key);
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(text))) {
      throw new CliError(`--key: ${key} is not the key of --cert ${cert}`);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    // the caught error could quote the key
    const why = text.includes('ENCRYPTED') ? 'is encrypted; decrypt it first' : 'holds no private key in PEM';
    throw new CliError(`--key: ${key} ${why}`);
  }
  return { cert: contentOf('--cert', cert), key: text };
}

/** The first certificate in a file. */
function certificateOf(flag: string, path: string): X509Certificate {
  try {
    return new X509Certificate(contentOf(flag, path));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${flag}: ${path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
  }
}

/** The flag that a setting comes from, for error messages. */
export const tlsFlagOf = (tls: TlsSettings): string =>
  (Object.keys(tls)[0] as string).replace('rejectUnauthorized', 'insecure');
