// Addresses of routers, as the options of transports and as what their functions return.
import { firstValueFrom } from 'rxjs';
import { WampClient } from '../../src/index.ts';
import { ConnectFailedError } from '../../src/protocol/errors.ts';
import { longPoll } from '../../src/transports/longpoll.ts';
import { webSocket } from '../../src/transports/websocket.ts';

const dialled: string[] = [];
/** A WebSocket that never opens. */
class Silent {
  constructor(url: string) {
    dialled.push(url);
  }
  close(): void {
    // nothing to close
  }
}
const fetch = (url: unknown): Promise<Response> => {
  dialled.push(String(url));
  return new Promise(() => undefined);
};
const socketTo = (url: unknown) => webSocket({ url: url as string, WebSocket: Silent });
const pollTo = (url: unknown) => longPoll({ url: url as string, fetch });

const UNREACHABLE: readonly (readonly [url: string, why: RegExp])[] = [
  ['127.0.0.1:8080', /must begin with/],
  ['localhost:8080', /must begin with/],
  ['localhost', /must begin with/],
  ['not a url', /must begin with/],
  ['joe:secret@host/ws', /must begin with/],
  ['ftp://x', /not ftp:/],
  ['file:///etc/passwd', /not file:/],
];

describe('An address of a router', () => {
  beforeEach(() => {
    dialled.length = 0;
  });

  for (const [make, of, more] of [
    [
      socketTo,
      'webSocket',
      [
        ['http://host/ws', /begin with ws: or wss:, not http:/],
        ['/ws', /must begin with ws: or wss:;/],
        ['ws://host:99999/', /malformed/],
        ['ws://joe:secret@[host/', /malformed/],
        ['ws://host/#x', /fragment/],
        ['ws:', /malformed/],
      ],
    ],
    [
      pollTo,
      'longPoll',
      [
        ['ws://host/lp', /begin with http: or https:, not ws:/],
        ['http://[?token=secret', /malformed/],
        ['http://joe:secret@host/lp', /must not hold a password/],
      ],
    ],
  ] as const) {
    for (const [url, why] of [...UNREACHABLE, ...more]) {
      it(`that no dial can reach is refused at construction, without its secrets: ${of} ${url}`, () => {
        let error: unknown;
        try {
          make(url);
        } catch (thrown) {
          error = thrown;
        }
        expect(error).toBeInstanceOf(TypeError);
        expect((error as Error).message).toMatch(new RegExp(`^${of}: url `));
        expect((error as Error).message).toMatch(why);
        expect((error as Error).message).not.toContain('secret');
      });
    }

    it(`that a function returns is checked alike, and fails the attempt: ${of}`, async () => {
      for (const url of [null, undefined, '', 5, [], {}, 'localhost:8080', 'ftp://joe:secret@x/']) {
        const error: unknown = await firstValueFrom(make(() => url).open()).catch((each: unknown) => each);
        expect(error).toBeInstanceOf(ConnectFailedError);
        expect((error as Error).message).toMatch(new RegExp(`url: ${of}: url (is|must begin with) .*expected`));
        expect((error as Error).message).not.toContain('secret');
      }
      expect(dialled).toEqual([]);
    });
  }

  it('may be a URL object, also of another realm, by itself or from a function', () => {
    for (const url of [new URL('ws://joe:pw@host/ws?a=1'), () => new URL('ws://joe:pw@host/ws?a=1')]) {
      const transport = socketTo(url);
      expect(transport.name).not.toContain('pw');
      transport.open().subscribe().unsubscribe();
    }
    pollTo(new URL('https://host/lp')).open().subscribe().unsubscribe();
    socketTo({ href: 'wss://other/', toString: () => 'wss://other/' })
      .open()
      .subscribe()
      .unsubscribe();
    expect(dialled).toEqual([
      'ws://joe:pw@host/ws?a=1',
      'ws://joe:pw@host/ws?a=1',
      'https://host/lp/open',
      'wss://other/',
    ]);
  });

  it('of a client is checked as that of its transport', () => {
    expect(() => new WampClient({ realm: 'realm1', url: 'localhost:8080' })).toThrowError(TypeError, /url must begin/);
    expect(() => new WampClient({ realm: 'realm1', url: new URL('ws://localhost:8080') })).not.toThrow();
  });

  it('of a client comes from a function that has none for a while: attempts fail, and close() is in order', async () => {
    const wamp = new WampClient({ realm: 'realm1', url: () => null as never, reconnect: { initialDelay: 1 } });
    const failed = firstValueFrom(wamp.lifecycle$);
    wamp.connect();
    const event = await failed;
    expect(event.type).toBe('connectfailure');
    expect((event as { error: Error }).error.message).toMatch(/url is null/);
    await wamp.close();
  });
});
