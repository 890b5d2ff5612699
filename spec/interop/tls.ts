// Certificates that are good for one run: of 127.0.0.1 and localhost, and of joe.
import { writeFileSync } from 'node:fs';
import { testCertificate } from '../../src/testing/node/index.ts';
import { JOE } from './routers/router.ts';

/** The files of the router's certificate, itself as a client's `ca`, and a certificate that joe shows. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly pem: string;
  /** joe's own: PEM, and the file that a router trusts. */
  readonly joe: { readonly key: string; readonly cert: string; readonly file: string };
}

/** Writes keys and certificates into a folder. */
export async function certificate(folder: string): Promise<Certificate> {
  const [server, joe] = await Promise.all([testCertificate(), testCertificate({ names: [JOE.authid] })]);
  const files = { key: `${folder}/server.key`, cert: `${folder}/server.crt`, joe: `${folder}/joe.crt` };
  writeFileSync(files.key, server.key, { mode: 0o600 });
  writeFileSync(files.cert, server.cert);
  writeFileSync(files.joe, joe.cert);
  return { key: files.key, cert: files.cert, pem: server.cert, joe: { ...joe, file: files.joe } };
}
