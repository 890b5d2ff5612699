import { shown } from '../../transports/address.ts';
import type { Serializer } from '../../serializers/serializer.ts';
import type { Transport } from '../../transports/transport.ts';
import { CliError } from '../command.ts';
import { DEFAULT_URL, type ConnectionFlags } from './flags.ts';
import { contentOf } from './secrets.ts';
import { tlsFlagOf, tlsOf, type TlsSettings } from './tls.ts';

/** The transports, in the order of the URLs; only the code that they need is loaded. */
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
    throw new CliError('--url: the password would show in a list of processes; use RXWAMP_URL');
  }
  if (secure && /^(ws|rs|http)$/i.test(scheme)) {
    throw new CliError(`--${tlsFlagOf(tls)} is set, but --url is without TLS: use ${scheme.toLowerCase()}s:`);
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
        if (own) throw new CliError('--header: RawSocket has no headers; leave it out');
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
        throw new CliError(`--serializer: expected json, msgpack or cbor, each also with .batched, got '${given}'`);
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

/** Headers with secret values. */
const SECRET = /^(authorization|proxy-authorization|cookie)$/i;

/** The headers of `--header 'Name: value'`, `--header @file`, and RXWAMP_HEADERS (one on each line). */
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
      `--header: the value of ${exposed.split(':', 1)[0]} would show in a list of processes; use --header @file, or RXWAMP_HEADERS`,
    );
  }
  return Object.fromEntries([...around, ...named]);
}

function headerOf(where: string, line: string): [name: string, value: string] {
  const [, name, value] = /^([^\s:]+):\s*(.*?)\s*$/.exec(line) ?? [];
  // the line may be a secret
  if (name === undefined || value === undefined) throw new CliError(`${where}: expected '<name>: <value>'`);
  return [name, value];
}
