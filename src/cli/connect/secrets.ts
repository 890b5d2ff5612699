import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CliError } from '../command.ts';

/** Reads the file of an option. */
export function contentOf(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : String(code);
    throw new CliError(`${flag}: cannot read ${path}: ${why}`);
  }
}

/** The source of a secret: a file, read again at every attempt, or the environment. */
export interface Source {
  readonly method: string;
  /** `ticket`: for `--ticket-file` and `RXWAMP_TICKET`. */
  readonly name: string;
  readonly file: string | undefined;
}

/** The environment variable of a secret. */
export const variableOf = ({ name }: Source): string => `RXWAMP_${name.toUpperCase().replace('-', '_')}`;

/**
 * The secret, or a function that reads it again at every attempt to join: the file may have changed.
 *
 * @throws CliError where it is missing or empty
 */
export function secretOf(source: Source, read: (text: string) => string = (text) => text): string | (() => string) {
  const { method, name, file } = source;
  const variable = variableOf(source);
  const flag = file === undefined ? variable : `--${name}-file`;
  const current = (): string => {
    // editors add a newline at the end
    const text = (file === undefined ? (process.env[variable] ?? '') : contentOf(flag, file)).replace(/\r?\n$/, '');
    if (text === '') throw new CliError(`${flag} is empty`);
    return read(text);
  };
  if (file === undefined && process.env[variable] === undefined) {
    throw new CliError(`--auth ${method} needs --${name}-file <path>, or ${variable} in the environment`);
  }
  const now = current();
  return file === undefined ? now : current;
}

/** The seed of an Ed25519 key: from hexadecimal digits, a key file of Autobahn, or PEM (PKCS #8) as OpenSSL writes it. */
export function privateKeyOf(text: string): string {
  const [, tagged] = /^private-key-ed25519:\s*(\S+)\s*$/im.exec(text) ?? [];
  const digits = tagged ?? (text.includes('-----BEGIN') ? seedOf(text) : text.trim());
  // the error must not quote the key
  if (!/^(?:[\da-f]{64}|[\da-f]{128})$/i.test(digits)) {
    throw new CliError('the private key is neither 64 hexadecimal digits nor an Ed25519 key in PEM (PKCS #8)');
  }
  return digits;
}

function seedOf(pem: string): string {
  try {
    const { crv, d } = createPrivateKey(pem).export({ format: 'jwk' });
    return crv === 'Ed25519' && d !== undefined ? Buffer.from(d, 'base64url').toString('hex') : '';
  } catch {
    // the message of OpenSSL could quote the key
    return '';
  }
}
