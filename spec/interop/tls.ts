// A certificate for 127.0.0.1 and localhost that is good for one run.
import { writeFileSync } from 'node:fs';
import { generate } from 'selfsigned';

/** The files, and the certificate as a client's `ca`. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly pem: string;
}

/** Writes key and certificate into a folder. */
export async function certificate(folder: string): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const files = { key: `${folder}/server.key`, cert: `${folder}/server.crt` };
  writeFileSync(files.key, made.private, { mode: 0o600 });
  writeFileSync(files.cert, made.cert);
  return { ...files, pem: made.cert };
}
