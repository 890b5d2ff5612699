import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CliError } from '../command.ts';

/** Reads a file that an option names. */
export function contentOf(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : String(code);
    throw new CliError(`${flag}: cannot read ${path}: ${why}`);
  }
}

/** Where a secret comes from: a file, read anew whenever it is asked for, or the environment. */
export interface Source {
  readonly method: string;
  /** `ticket`: for `--ticket-file` and `RXWAMP_TICKET`. */
  readonly name: string;
  readonly file: string | undefined;
}

/** The environment variable of a secret. */
export const variableOf = ({ name }: Source): string => `RXWAMP_${name.toUpperCase().replace('-', '_')}`;

/**
 * The secret, or a function that reads it at every attempt to join: a file may get a new one.
 *
 * @throws CliError where there is none, or it is empty
 */
export function secretOf(source: Source, read: (text: string) => string = (text) => text): string | (() => string) {
  const { method, name, file } = source;
  const variable = variableOf(source);
  const flag = file === undefined ? variable : `--${name}-file`;
  const given = (): string => {
    // an editor's newline at the end is no part of it
    const text = (file === undefined ? (process.env[variable] ?? '') : contentOf(flag, file)).replace(/\r?\n$/, '');
    if (text === '') throw new CliError(`${flag} is empty`);
    return read(text);
  };
  if (file === undefined && process.env[variable] === undefined) {
    throw new CliError(`--auth ${method} needs --${name}-file <path>, or ${variable} in the environment`);
  }
  const now = given();
  return file === undefined ? now : given;
}

/** The seed of an Ed25519 key: of hexadecimal digits, of a key file of Autobahn, or of PEM (PKCS #8), as OpenSSL has it. */
export function privateKeyOf(text: string): string {
  const [, tagged] = /^private-key-ed25519:\s*(\S+)\s*$/im.exec(text) ?? [];
  const digits = tagged ?? (text.includes('-----BEGIN') ? seedOf(text) : text.trim());
  // never the key itself in an error
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
    // what it says could show some of the key
    return '';
  }
}
