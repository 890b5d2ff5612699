// longPoll() against a router that is played request by request.
import { firstValueFrom, of } from 'rxjs';
import {
  ConnectFailedError,
  ConnectionLostError,
  ProtocolError,
  SerializationError,
} from '../../src/protocol/errors.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import type { Channel } from '../../src/transports/transport.ts';
import { longPoll, type LongPollOptions } from '../../src/transports/longpoll.ts';

interface Asked {
  readonly url: string;
  readonly step: string;
  readonly init: RequestInit;
  readonly body: string;
  readonly aborted: boolean;
  answer(status?: number, body?: string | Uint8Array | ReadableStream): void;
  answerWith(response: object): void;
  fail(error: Error): void;
}

/** The router's end: what is asked for, in order, for the spec to answer. */
class Played {
  readonly all: Asked[] = [];
  #untaken: Asked[] = [];
  #wake: (() => void) | undefined;

  readonly fetch = (input: unknown, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const url = String(input);
      const body = init.body as string | Uint8Array | undefined;
      const asked = {
        url,
        init,
        step: url.replace(/\?.*/, '').replace(/.*\//, ''),
        body: body === undefined ? '' : typeof body === 'string' ? body : new TextDecoder().decode(body),
        aborted: false,
        answerWith: (response: object) => {
          resolve(response as Response);
        },
        answer: (status = 200, text: string | Uint8Array | ReadableStream = '') => {
          resolve(new Response(status === 204 ? null : (text as string), { status }));
        },
        fail: reject,
      };
      init.signal?.addEventListener('abort', () => {
        asked.aborted = true;
        reject(new DOMException('aborted', 'AbortError'));
      });
      this.all.push(asked);
      this.#untaken.push(asked);
      this.#wake?.();
    });

  /** The next request, which must be of this kind. */
  async take(step: string): Promise<Asked> {
    while (this.#untaken.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const asked = this.#untaken.shift()!;
    expect(asked.step).toBe(step);
    return asked;
  }

  get waiting(): string[] {
    return this.#untaken.map(({ step }) => step);
  }
}

const URL_ = 'http://router.example/lp';
const A = [36, 1, 1, {}, ['a']] as const;
const B = [36, 1, 2, {}, ['b']] as const;

describe('longPoll', () => {
  let router: Played;
  let seen: unknown[];
  let end: Promise<unknown>;
  let completed: boolean;

  beforeEach(() => {
    router = new Played();
    seen = [];
    completed = false;
  });

  const transport = (options: Partial<LongPollOptions> = {}) =>
    longPoll({ url: URL_, fetch: router.fetch, ...options });

  /** An open channel, whose first request for frames waits. */
  const opened = async (options: Partial<LongPollOptions> = {}): Promise<{ channel: Channel; held: Asked }> => {
    const opening = new Promise<Channel>((resolve, reject) => {
      transport(options)
        .open()
        .subscribe({
          next: (channel) => {
            end = new Promise((ended) => {
              channel.incoming.subscribe({
                next: (value) => seen.push(value),
                error: ended,
                complete: () => {
                  completed = true;
                  ended('complete');
                },
              });
            });
            resolve(channel);
          },
          error: reject,
        });
    });
    const protocol = options.serializers?.[0]?.subprotocol ?? 'wamp.2.json';
    (await router.take('open')).answer(200, JSON.stringify({ protocol, transport: 'T/1' }));
    return { channel: await opening, held: await router.take('receive') };
  };

  it('has a name without secrets', () => {
    expect(longPoll({ url: 'https://host/lp?token=1#x' }).name).toBe('longpoll https://host/lp');
    expect(longPoll({ url: () => 'https://host/lp' }).name).toBe('longpoll');
  });

  for (const [options, said] of [
    [{}, /url must be given/],
    [{ url: URL_, headers: 'Bearer s3cret' }, /headers must be an object of strings or a function, got a string$/],
    [{ url: 5 }, /url must be a string, a URL or a function/],
    [{ url: URL_, headers: { a: 1 } }, /headers must be an object of strings/],
    [{ url: URL_, credentials: 'yes' }, /credentials must be 'omit'/],
    [{ url: URL_, fetch: {} }, /fetch must be a function/],
    [{ url: URL_, maxPayload: '5' }, /maxPayload must be a number/],
    [{ url: URL_, openTimeout: '5' }, /openTimeout must be a number/],
    [{ url: URL_, serializers: [] }, /serializers/],
    [{ url: URL_, origin: 'x' }, /unknown option 'origin'/],
  ] as const) {
    it(`checks its options: ${String(said)}`, () => {
      expect(() => longPoll(options as never)).toThrowError(TypeError, said);
    });
  }

  describe('opening', () => {
    it('offers the subprotocols, with the headers and credentials that are wanted, and keeps the query', async () => {
      const { channel, held } = await opened({
        url: () => of('http://router.example/lp/?token=7'),
        headers: () => Promise.resolve({ authorization: 'Bearer x' }),
        credentials: 'include',
        serializers: [json(), cbor()],
      });
      const [open] = router.all;
      expect(open!.url).toBe('http://router.example/lp/open?token=7');
      expect(open!.init.method).toBe('POST');
      expect(open!.init.credentials).toBe('include');
      expect(open!.init.headers).toEqual({ 'content-type': 'application/json', authorization: 'Bearer x' });
      expect(JSON.parse(open!.body)).toEqual({ protocols: ['wamp.2.json', 'wamp.2.cbor'] });
      expect(held.url).toBe('http://router.example/lp/T%2F1/receive?token=7');
      expect(held.init.headers).toEqual({ authorization: 'Bearer x' });
      expect(channel.details).toEqual({
        type: 'longpoll',
        url: 'http://router.example/lp/',
        serializer: 'json',
        subprotocol: 'wamp.2.json',
        isSecure: false,
      });
      channel.drop();
    });

    const refused = async (
      options: Partial<LongPollOptions>,
      answer?: (asked: Asked) => void,
    ): Promise<ConnectFailedError> => {
      const error = firstValueFrom(transport(options).open()).then(
        () => {
          throw new Error('it opened');
        },
        (reason: unknown) => reason as ConnectFailedError,
      );
      if (answer) answer(await router.take('open'));
      const seen = await error;
      expect(seen).toBeInstanceOf(ConnectFailedError);
      return seen;
    };

    it('tells why it failed: a status with what was said, another protocol, no id, no answer that can be read', async () => {
      const status = await refused({}, (asked) => asked.answer(403, 'Pages from there may not\n'));
      expect(status.message).toMatch(
        /http:\/\/router.example\/lp \(offered: wamp.2.json\): HTTP status 403: Pages from/,
      );
      expect((await refused({}, (asked) => asked.answer(502, '<html>'))).message).toMatch(
        /HTTP status 502; see \S+#cannot-connect$/,
      );
      const other = await refused({}, (asked) => asked.answer(200, '{"protocol":"wamp.2.cbor","transport":"x"}'));
      expect(other.message).toMatch(/the router chose 'wamp.2.cbor'/);
      const bare = await refused({}, (asked) => asked.answer(200, '{"protocol":"wamp.2.json"}'));
      expect(bare.message).toMatch(/no transport id/);
      expect((await refused({}, (asked) => asked.answer(200, '<html>'))).message).toMatch(/chose 'undefined'/);
      const cause = new Error('ECONNREFUSED');
      const dead = await refused({}, (asked) => asked.fail(cause));
      expect(dead.cause).toBe(cause);
    });

    it('fails where its address or headers cannot be had, or are of no use', async () => {
      const failed = await refused({ url: () => Promise.reject(new Error('no address')) });
      expect(failed.message).toMatch(/url: no address/);
      for (const headers of [null, 's3cret', 5]) {
        const { message } = await refused({ headers: () => headers as never });
        expect(message).toMatch(/headers: must be an object of strings, got a/);
        expect(message).not.toContain('s3cret');
      }
    });

    it('tells of a header that cannot be sent its name alone', async () => {
      const headers = { Authorization: 'Bearer s3cret\nmore' };
      const error = await firstValueFrom(longPoll({ url: URL_, headers }).open()).catch((each: unknown) => each);
      expect((error as Error).message).toMatch(/the header 'Authorization' cannot be sent/);
      expect(String((error as Error).cause)).not.toContain('s3cret');
    });

    it('keeps status and Retry-After of a refusal', async () => {
      const options = {
        fetch: () => Promise.resolve(new Response('', { status: 503, headers: { 'Retry-After': '7' } })),
      };
      const error = await refused(options);
      expect([error.status, error.retryAfter]).toEqual([503, 7000]);
    });

    it('does not repeat secrets of headers and query that an answer repeats', async () => {
      const options = { url: `${URL_}?key=quer%79key`, headers: { Authorization: 'Bearer s3cret' } };
      const opening = firstValueFrom(transport(options).open()).catch((each: unknown) => each);
      (await router.take('open')).answer(401, 'invalid token "s3cret" (Bearer s3cret), key querykey: quer%79key');
      const { message } = (await opening) as Error;
      expect(message).toContain('HTTP status 401: invalid token "***" (***)');
      expect(message).not.toMatch(/s3cret|key=|quer/);
      const { held } = await opened(options);
      held.answer(403, 'no s3cret');
      expect(String(await end)).toContain('(HTTP status 403: no ***)');
    });

    it('takes no longer than openTimeout, and gives up when it is unsubscribed from', async () => {
      expect((await refused({ openTimeout: 1 })).message).toMatch(/no answer in 1 ms/);
      expect((await router.take('open')).aborted).toBeTrue();
      const subscription = transport().open().subscribe();
      const asked = await router.take('open');
      subscription.unsubscribe();
      expect(asked.aborted).toBeTrue();
    });
  });

  describe('receiving', () => {
    it('waits with one request at a time, and asks again before it hands out what came', async () => {
      const { channel, held } = await opened();
      held.answer(200, JSON.stringify(A));
      const second = await router.take('receive');
      expect(second.init.body).toBeUndefined();
      second.answer(200, JSON.stringify(B));
      await router.take('receive');
      await Promise.resolve();
      expect(seen).toEqual([A, B]);
      expect(router.waiting).toEqual([]);
      channel.drop();
    });

    it('takes an empty answer, 200 or 204, for a sign of life, and asks again, but not without end', async () => {
      const { channel, held } = await opened();
      const begin = performance.now();
      held.answer(204);
      (await router.take('receive')).answer(200, '');
      (await router.take('receive')).answer(200, JSON.stringify(A));
      await router.take('receive');
      expect(performance.now() - begin).toBeGreaterThan(90);
      expect(channel.received).toBe(3 + JSON.stringify(A).length);
      expect(seen).toEqual([A]);
      channel.drop();
    });

    it('takes answers up to maxPayload, and aborts longer ones while they come', async () => {
      const text = JSON.stringify(A);
      const { held } = await opened({ maxPayload: text.length });
      held.answer(200, text);
      const next = await router.take('receive');
      expect(seen).toEqual([A]);
      let pieces = 0;
      let cancelled = false;
      next.answer(
        200,
        new ReadableStream<Uint8Array>(
          {
            pull: (stream) => {
              pieces++;
              stream.enqueue(new Uint8Array(10));
            },
            cancel: () => {
              cancelled = true;
            },
          },
          { highWaterMark: 0 },
        ),
      );
      const error = (await end) as ConnectionLostError;
      expect(error).toBeInstanceOf(ConnectionLostError);
      expect(error.message).toMatch(new RegExp(`longer than ${text.length} bytes`));
      expect(error.code).toBe(1009);
      expect(cancelled).toBeTrue();
      expect(pieces).toBe(Math.floor(text.length / 10) + 1);
    });

    it('takes 16 MiB by default, also where fetch has no streams', async () => {
      const { held } = await opened();
      held.answerWith({ ok: true, arrayBuffer: () => Promise.resolve(new ArrayBuffer(16 * 1024 * 1024 + 1)) });
      expect(String(await end)).toMatch(/longer than 16777216 bytes/);
    });

    it('reads binary serializers from bytes', async () => {
      const { channel, held } = await opened({ serializers: [cbor()] });
      held.answer(200, cbor().encode(A));
      await router.take('receive');
      expect(seen).toEqual([A]);
      channel.drop();
    });

    it('ends reading at what is no message; ABORT can still be said', async () => {
      const { channel, held } = await opened();
      held.answer(200, '{"not"');
      expect(await end).toBeInstanceOf(ProtocolError);
      channel.send([3, {}, 'wamp.error.protocol_violation']);
      await router.take('receive');
      expect((await router.take('send')).body).toContain('protocol_violation');
      channel.drop();
    });

    for (const [what, answer, said, code] of [
      ['a status 404', (asked: Asked) => asked.answer(404, 'no such transport'), /receive failed .*404: no such/, 404],
      ['a status 500', (asked: Asked) => asked.answer(500), /HTTP status 500/, 500],
      ['no answer', (asked: Asked) => asked.fail(new TypeError('network')), /receive failed \(network\)/, undefined],
    ] as const) {
      it(`ends with ConnectionLostError at ${what}`, async () => {
        const { channel, held } = await opened();
        answer(held);
        const error = (await end) as ConnectionLostError;
        expect(error).toBeInstanceOf(ConnectionLostError);
        expect(error.message).toMatch(said);
        expect(error.code).toBe(code);
        expect(() => channel.send(A)).toThrow(error);
      });
    }
  });

  describe('sending', () => {
    it('has one request under way, in order, and counts the bytes that wait', async () => {
      const { channel } = await opened();
      const size = JSON.stringify(A).length;
      channel.send(A);
      channel.send(B);
      channel.send([36, 1, 3, {}, ['ä']]);
      expect(channel.bufferedAmount).toBe(size * 3 + 1);
      const first = await router.take('send');
      await Promise.resolve();
      expect(router.waiting).toEqual([]);
      expect(first.body).toBe(JSON.stringify(A));
      first.answer(202);
      const second = await router.take('send');
      expect(second.body).toBe(JSON.stringify(B));
      expect(channel.bufferedAmount).toBe(size * 2 + 1);
      second.answer(204);
      (await router.take('send')).answer(200, 'ok');
      channel.close();
      (await router.take('close')).answer(202);
      expect(await end).toBe('complete');
      expect(channel.bufferedAmount).toBe(0);
    });

    it('throws for what cannot be written, and sends nothing of it', async () => {
      const { channel } = await opened();
      const circle: unknown[] = [];
      circle.push(circle);
      expect(() => {
        channel.send([36, 1, 1, {}, circle]);
      }).toThrowError(SerializationError);
      expect(router.waiting).toEqual([]);
      channel.drop();
    });

    it('ends all with ConnectionLostError when one fails', async () => {
      const { channel, held } = await opened();
      channel.send(A);
      channel.send(B);
      (await router.take('send')).answer(400, 'bad request');
      const error = (await end) as ConnectionLostError;
      expect(error.message).toMatch(/send failed \(HTTP status 400: bad request\)/);
      expect(error.code).toBe(400);
      expect(held.aborted).toBeTrue();
      expect(router.waiting).toEqual([]);
    });

    it('never calls back inside send(), also where fetch throws at once', async () => {
      const { channel } = await opened({
        fetch: ((input: string, init: RequestInit) => {
          if (input.endsWith('/send')) throw new Error('at once');
          return router.fetch(input, init);
        }) as typeof fetch,
      });
      let ended: unknown;
      void end.then((error) => (ended = error));
      channel.send(A);
      await Promise.resolve();
      expect(ended).toBeUndefined();
      expect(((await end) as Error).message).toMatch(/at once/);
    });

    it('puts what waits into one request where the serializer can', async () => {
      const inner = json();
      const { channel, held } = await opened({
        serializers: [
          {
            ...inner,
            encode: (message) => `${inner.encode(message) as string}\x18`,
            decode: (frame) => inner.decode((frame as string).slice(0, -1)),
            // a port as batched serializers make it
            batching(port: {
              send(frame: string): void;
              listen(receive: (frame: string) => void): void;
              close(): void;
            }) {
              let batch = '';
              const flush = (): void => {
                if (batch) port.send(batch);
                batch = '';
              };
              return Object.assign(Object.create(port) as typeof port, {
                send(frame: string) {
                  batch += frame;
                  void Promise.resolve().then(flush);
                },
                listen: (receive: (frame: string) => void) => {
                  port.listen((frame) => {
                    for (const each of frame
                      .split('\x18')
                      .slice(0, -1)
                      .map((each) => `${each}\x18`))
                      receive(each);
                  });
                },
                close() {
                  flush();
                  port.close();
                },
              });
            },
          } as ReturnType<typeof json>,
        ],
      });
      channel.send(A);
      channel.send(B);
      const sent = await router.take('send');
      expect(sent.body).toBe(`${JSON.stringify(A)}\x18${JSON.stringify(B)}\x18`);
      held.answer(200, `${JSON.stringify(A)}\x18${JSON.stringify(B)}\x18`);
      await router.take('receive');
      expect(seen).toEqual([A, B]);
      channel.send(A);
      channel.close();
      sent.answer(202);
      const last = await router.take('send');
      expect(last.body).toBe(`${JSON.stringify(A)}\x18`);
      channel.drop();
    });
  });

  describe('ending', () => {
    it('closes when all was sent; nothing is delivered any more', async () => {
      const { channel, held } = await opened();
      channel.send(A);
      channel.close(1000, 'bye');
      expect(() => {
        channel.send(B);
      }).toThrowError(ConnectionLostError);
      const sent = await router.take('send');
      held.answer(200, JSON.stringify(B));
      await router.take('receive');
      sent.answer(202);
      const closing = await router.take('close');
      expect(closing.init.keepalive).toBeTrue();
      closing.answer(204);
      expect(await end).toBe('complete');
      expect(seen).toEqual([]);
      expect(router.all.filter(({ step }) => step === 'receive').at(-1)!.aborted).toBeTrue();
    });

    it('is in order after close(), however the requests fare', async () => {
      const { channel } = await opened();
      channel.close();
      (await router.take('close')).answer(404);
      expect(await end).toBe('complete');
    });

    it('drops at once, and gives up what is under way', async () => {
      const { channel, held } = await opened();
      channel.send(A);
      const sent = await router.take('send');
      channel.drop();
      expect(completed).toBeTrue();
      expect([held.aborted, sent.aborted]).toEqual([true, true]);
      expect(router.waiting).toEqual([]);
      channel.drop();
      channel.close();
      expect(() => {
        channel.send(A);
      }).toThrowError(ConnectionLostError);
    });
  });
});
