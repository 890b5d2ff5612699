import { createPrivateKey, X509Certificate } from 'node:crypto';
import { shown } from '../../transports/address.ts';
import type { Serializer } from '../../serializers/serializer.ts';
import type { Transport } from '../../transports/transport.ts';
import { CliError } from '../command.ts';
import { DEFAULT_URL, type ConnectionFlags } from './flags.ts';
import { contentOf } from './secrets.ts';

/** How TLS is to be spoken. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** The ways to the router, in the order of the flags; what a URL needs is loaded for it. */
export async function transportsOf(flags: ConnectionFlags): Promise<Transport[]> {
  const urls = flags.url ?? [DEFAULT_URL];
  const serializers = await serializersOf(flags.serializer);
  const headers = headersOf(flags.header);
  const tls = tlsOf(flags);
  return Promise.all(urls.map((url) => transportOf(url, serializers, headers, tls)));
}

async function transportOf(
  url: string,
  serializers: readonly Serializer[],
  headers: Readonly<Record<string, string>>,
  tls: TlsSettings,
): Promise<Transport> {
  const [, scheme = ''] = /^([a-z+]+):/i.exec(url) ?? [];
  const secure = Object.keys(tls).length > 0;
  const own = Object.keys(headers).length > 0;
  if (process.env['RXWAMP_URL'] !== url && /^[^?#]*\/\/[^/]*:[^/]*@/.test(url)) {
    throw new CliError('--url holds a password, which would be in the list of processes; give it as RXWAMP_URL');
  }
  if (secure && /^(ws|rs|http)$/i.test(scheme)) {
    throw new CliError(`--${flagOf(tls)} is given, but --url is not for TLS: use ${scheme.toLowerCase()}s:`);
  }
  if (/^(wss?|https?)$/i.test(scheme) && !URL.canParse(url)) {
    throw new CliError(`--url: expected an address like ${DEFAULT_URL}, got '${shown(url)}'`);
  }
  try {
    switch (scheme.toLowerCase()) {
      case 'ws':
      case 'wss':
      case 'ws+unix': {
        const { webSocket } = await import('../../node/websocket.ts');
        return webSocket({ url, serializers, ...(own && { headers }), ...tls });
      }
      case 'http':
      case 'https': {
        const { longPoll } = await import('../../transports/longpoll.ts');
        const { fetchOver } = await import('./fetch.ts');
        return longPoll({ url, serializers, headers, ...(secure && { fetch: fetchOver(tls) }) });
      }
      case 'rs':
      case 'rss':
      case 'rs+unix':
      case 'rss+unix':
      case 'unix+rs':
      case 'unix+rss': {
        if (own) throw new CliError('--header: a RawSocket has no headers');
        const { rawSocket } = await import('../../transports/rawsocket/rawsocket.node.ts');
        return rawSocket({ url, serializers, ...tls });
      }
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError(`--url ${scheme}: ${error.message.replace(/^\w+: /, '')}`);
  }
  throw new CliError(
    scheme === ''
      ? `--url: expected an address like ${DEFAULT_URL}, got '${shown(url)}'`
      : `--url: '${scheme}:' is none of ws: wss: ws+unix: rs: rss: rs+unix: http: https:`,
  );
}

async function serializersOf(list = 'json'): Promise<Serializer[]> {
  return Promise.all(
    list.split(',').map(async (given) => {
      const [name, form, ...more] = given.trim().split('.');
      const serializer = await serializerOf(name as string);
      if (!serializer || more.length > 0 || (form !== undefined && form !== 'batched')) {
        throw new CliError(`--serializer: expected json, msgpack or cbor, or one with .batched behind, got '${given}'`);
      }
      return form === undefined ? serializer : (await import('../../serializers/batched.ts')).batched(serializer);
    }),
  );
}

async function serializerOf(name: string): Promise<Serializer | undefined> {
  switch (name) {
    case 'json':
      return (await import('../../serializers/json.ts')).json();
    case 'msgpack':
      return (await import('../../serializers/msgpack.ts')).msgpack();
    case 'cbor':
      return (await import('../../serializers/cbor.ts')).cbor();
    default:
      return undefined;
  }
}

/** Headers whose values are secrets. */
const SECRET = /^(authorization|proxy-authorization|cookie)$/i;

/** From `--header 'Name: value'`, `--header @file`, and RXWAMP_HEADERS, one on each line. */
function headersOf(given: readonly string[] = []): Record<string, string> {
  const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const around = lines(process.env['RXWAMP_HEADERS'] ?? '').map((line) => headerOf('RXWAMP_HEADERS', line));
  const named = given.flatMap((each) =>
    each.startsWith('@')
      ? lines(contentOf('--header', each.slice(1))).map((line) => headerOf(`--header ${each}`, line))
      : [headerOf('--header', each)],
  );
  const exposed = given.find((each) => SECRET.test(each.split(':', 1)[0] as string));
  if (exposed !== undefined) {
    throw new CliError(
      `--header: the value of ${exposed.split(':', 1)[0]} would be in the list of processes; give --header @file, or RXWAMP_HEADERS`,
    );
  }
  return Object.fromEntries([...around, ...named]);
}

function headerOf(where: string, line: string): [name: string, value: string] {
  const [, name, value] = /^([^\s:]+):\s*(.*?)\s*$/.exec(line) ?? [];
  // the line itself may be a secret
  if (name === undefined || value === undefined) throw new CliError(`${where}: expected '<name>: <value>'`);
  return [name, value];
}

function tlsOf({ ca, cert, key, servername, insecure }: ConnectionFlags): TlsSettings {
  if ((cert === undefined) !== (key === undefined)) throw new CliError('--cert and --key go together');
  const own = cert === undefined || key === undefined ? undefined : ownOf(cert, key);
  if (ca !== undefined) certificateOf('--ca', ca);
  return {
    ...(ca !== undefined && { ca: contentOf('--ca', ca) }),
    ...own,
    ...(servername !== undefined && { servername }),
    ...(insecure === true && { rejectUnauthorized: false }),
  };
}

/** The certificate of this client and its key. What OpenSSL would say of a wrong one while it connects helps nobody. */
function ownOf(cert: string, key: string): { cert: string; key: string } {
  const certificate = certificateOf('--cert', cert);
  const text = contentOf('--key', key);
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(text))) {
      throw new CliError(`--key: ${key} is not the key of --cert ${cert}`);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const locked = text.includes('ENCRYPTED');
    // what was thrown could show some of the key
    throw new CliError(
      locked ? `--key: ${key} is encrypted; decrypt it first` : `--key: ${key} holds no private key in PEM`,
    );
  }
  return { cert: contentOf('--cert', cert), key: text };
}

/** The first certificate in a file. */
function certificateOf(flag: string, path: string): X509Certificate {
  try {
    return new X509Certificate(contentOf(flag, path));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${flag}: ${path} holds no certificate in PEM`);
  }
}

const flagOf = (tls: TlsSettings): string => (Object.keys(tls)[0] as string).replace('rejectUnauthorized', 'insecure');
