import { createPrivateKey, generateKeyPair, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { promisify } from 'node:util';
import { asyncScheduler } from 'rxjs';

/** Options of {@link testCertificate}. */
export interface TestCertificateOptions {
  /**
   * Host names and IPv4 addresses that it is good for; the first is its common name, too.
   *
   * @default ['localhost', '127.0.0.1']
   */
  readonly names?: readonly string[];
  /**
   * Days from now until it expires.
   *
   * @default 1
   */
  readonly days?: number;
  /**
   * The certificate of an authority, made by `testCertificate()`, that signs this one; a peer trusts it with `ca: issuer.cert`.
   * Without an issuer it signs itself.
   */
  readonly issuer?: TestCertificate;
  /**
   * The type of its key: RSA with 2048 bits, or an elliptic curve (P-256), which takes far less time to make.
   *
   * @default 'rsa'
   */
  readonly keyType?: KeyType;
  /**
   * The hash of its signature.
   *
   * @default 'sha256'
   */
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
}

type KeyType = 'rsa' | 'ec';

/** Key and certificate as PEM. A peer trusts one that signed itself with `ca: cert`. */
export interface TestCertificate {
  /** The private key: PEM (PKCS #8). */
  readonly key: string;
  /** The certificate: PEM. */
  readonly cert: string;
}

const DAY = 86_400_000;

/** An element of DER: tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const size: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256);
  const length = body.length < 128 ? [body.length] : [128 + size.length, ...size];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items);
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value, 'latin1'));
const bits = (content: Uint8Array): Buffer => der(3, hex('00'), content);

const NULL = hex('0500');
const TRUE = hex('0101ff');
/** Object identifiers of signatures, encoded: by the type of the key that signs, and the hash. */
const SIGNATURES = {
  rsa: {
    sha1: hex('06092a864886f70d010105'),
    sha256: hex('06092a864886f70d01010b'),
    sha384: hex('06092a864886f70d01010c'),
    sha512: hex('06092a864886f70d01010d'),
  },
  ec: {
    sha1: hex('06072a8648ce3d0401'),
    sha256: hex('06082a8648ce3d040302'),
    sha384: hex('06082a8648ce3d040303'),
    sha512: hex('06082a8648ce3d040304'),
  },
};
/** Other object identifiers, encoded. */
const OID = {
  commonName: hex('0603550403'),
  basicConstraints: hex('0603551d13'),
  subjectAltName: hex('0603551d11'),
};

/** UTCTime: `YYMMDDHHMMSSZ`. */
const time = (at: number): Buffer => text(0x17, `${new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`);

function alternative(name: string): Buffer {
  if (isIPv6(name)) throw new TypeError(`testCertificate: names may be host names and IPv4 addresses, got '${name}'`);
  return isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : text(0x82, name);
}

const named = (name: string): Buffer => sequence(der(0x31, sequence(OID.commonName, text(0x0c, name))));

async function makeKeys(type: KeyType): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return type === 'rsa'
    ? promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    : promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}

/**
 * Makes a certificate for tests over TLS, good for this machine and a day, signed by itself or by another one. For
 * `serveRouter(router, { tls })` and for clients that show one; no protection for anything real.
 *
 * @throws TypeError for an IPv6 address
 * @example
 * const { key, cert } = await testCertificate();
 * const served = await serveRouter(createTestRouter(), { tls: { key, cert } });
 * const wamp = new WampClient({ realm: 'realm1', transports: [webSocket({ url: served.url, ca: cert })] }); // of rxwamp/node
 */
export async function testCertificate(options: TestCertificateOptions = {}): Promise<TestCertificate> {
  const { names = ['localhost', '127.0.0.1'], days = 1, issuer, keyType = 'rsa', hash = 'sha256' } = options;
  const alternatives = sequence(...names.map(alternative));
  const { publicKey, privateKey } = await makeKeys(keyType);
  const signer = issuer ? createPrivateKey(issuer.key) : privateKey;
  const signerType = signer.asymmetricKeyType as KeyType;
  const algorithm = sequence(SIGNATURES[signerType][hash], ...(signerType === 'rsa' ? [NULL] : []));
  const name = names[0] ?? 'localhost';
  const issuerName = issuer ? new X509Certificate(issuer.cert).subject.replace(/^CN=/, '') : name;
  const now = asyncScheduler.now();
  const serial = randomBytes(16);
  // positive, and of full length
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    der(0xa0, hex('020102')), // version 3
    der(2, serial),
    algorithm,
    named(issuerName),
    sequence(time(now - DAY), time(now + days * DAY)),
    named(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        // one that signs itself is an authority
        sequence(OID.basicConstraints, TRUE, der(4, issuer ? sequence() : sequence(TRUE))),
        sequence(OID.subjectAltName, der(4, alternatives)),
      ),
    ),
  );
  const cert = sequence(body, algorithm, bits(sign(hash, body, signer)));
  const lines = cert.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
