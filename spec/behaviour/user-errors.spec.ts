// What the library calls of an application, and where its errors show: userErrors$, with what was called, and never at the
// cost of the session.
import { concat, config, firstValueFrom, Observable, of, throwError } from 'rxjs';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { forEachSession } from '../../src/programs/for-each-session.ts';
import { runClient } from '../../src/programs/run-client.ts';
import { publisher } from '../../src/flow/publisher.ts';
import { ticket } from '../../src/auth/ticket.ts';
import { bind, Topic } from '../../src/decorators/index.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { record } from '../../src/testing/index.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { refusing, virtual, world, type World, type WorldOptions } from '../client/helpers.ts';

const broken = new RangeError('broken');
const breaks = (): never => {
  throw broken;
};

class Mapped extends Error {
  constructor() {
    super();
    breaks();
  }
}

const authenticator = (parts: Partial<Authenticator>): Authenticator => ({
  method: 'anonymous',
  hello: () => ({}),
  challenge: () => ({ signature: '' }),
  ...parts,
});

interface Row {
  readonly options?: WorldOptions;
  /** Makes the client call it, once it is joined, or tries to be. */
  readonly act?: (w: World) => unknown;
  readonly context: string;
  /** Where the session is refused, or ended, by it. */
  readonly ends?: 'failed' | 'waiting' | 'closed';
}

const answering = (answer: () => unknown): Pick<Row, 'act' | 'context'> => ({
  act: ({ client }) => {
    client.register('com.app.f', answer).subscribe();
    client.call('com.app.f').subscribe({ error: () => undefined });
  },
  context: 'handler of com.app.f',
});

/** What is called → where its error shows. */
const rows: Readonly<Record<string, Row>> = {
  'a handler': answering(breaks),
  'an Observable that a handler gave': answering(() =>
    concat(
      of(1),
      throwError(() => broken),
    ),
  ),
  onSubscribed: {
    act: ({ client }) => client.subscribe('com.app.t', { onSubscribed: breaks }).subscribe(),
    context: 'onSubscribed of com.app.t',
  },
  'the constructor of a mapped error': {
    options: {
      errors: [
        [Mapped, 'com.app.mapped', 'exact'],
        [Mapped, 'wamp.error.', 'prefix'],
      ],
    },
    act: ({ client }) => client.call('com.app.nobody').subscribe({ error: () => undefined }),
    context: 'constructor of Mapped for wamp.error.no_such_procedure',
  },
  'an interceptor, of what comes': {
    options: {
      interceptors: [{ incoming: (message, next) => (message[0] === 33 ? breaks() : next(message)) }],
    },
    act: ({ client }) => client.subscribe('com.app.t').subscribe(),
    context: 'interceptor',
  },
  'an interceptor, of what is sent': {
    options: {
      interceptors: [{ outgoing: (message, next) => (message[0] === 16 ? breaks() : next(message)) }],
    },
    act: ({ client }) => client.publish('com.app.t').subscribe({ error: () => undefined }),
    context: 'interceptor',
  },
  'the function that makes an interceptor': {
    options: { interceptors: [breaks] },
    context: 'interceptor',
    ends: 'waiting',
  },
  'the function of forEachSession()': {
    act: ({ client }) => forEachSession(client, breaks).subscribe(),
    context: 'forEachSession',
  },
  'the main of runClient()': {
    act: ({ client }) => runClient(client, breaks).subscribe({ error: () => undefined }),
    context: 'main of runClient',
    ends: 'closed',
  },
  'the payload of a publisher()': {
    act: ({ client }) => publisher(client, 'com.app.t', { payload: breaks }).next(1),
    context: 'payload of com.app.t',
  },
  'the function of a secret': {
    options: {
      auth: [ticket({ authid: 'joe', ticket: breaks })],
      like: { realms: { realm1: { auth: [acceptTicket({ joe: 'x' })] } } },
    },
    context: 'authenticator ticket',
    ends: 'waiting',
  },
  'an authenticator, at HELLO': {
    options: { auth: [authenticator({ hello: breaks })] },
    context: 'authenticator hello',
    ends: 'waiting',
  },
  'an authenticator, at WELCOME: a veto': {
    options: { auth: [authenticator({ welcome: breaks })] },
    context: 'authenticator anonymous',
    ends: 'failed',
  },
  'the function of an address': {
    options: { transports: [webSocket({ url: breaks })] },
    context: 'option of websocket',
    ends: 'waiting',
  },
  retryable: {
    options: { transports: [refusing()], reconnect: { retryable: breaks } },
    context: 'retryable',
    ends: 'waiting',
  },
};

describe('errors of the application', () => {
  for (const [what, { options, act, context, ends }] of Object.entries(rows)) {
    it(`of ${what} are emitted on userErrors$, and ${ends ? `the client is ${ends}` : 'the session goes on'}`, () => {
      virtual((time) => {
        const w = world(options);
        const reported = record(w.client.userErrors$);
        const joined = record(w.client.connect());
        time.advance();
        act?.(w);
        time.advance();
        expect(reported.values).toEqual([{ error: broken, context }]);
        expect(w.client.status.state).toBe(ends ?? 'joined');
        if (ends) return;
        expect(joined.values.length).toBe(1);
        const answer = record(w.client.call('wamp.session.count'));
        time.advance();
        expect(answer.values[0]?.value).toBe(1);
      });
    });
  }

  /** Async functions stand where the types ask for plain ones, too: a rejection must not go unhandled. */
  const late = (): never => Promise.reject(broken) as never;
  const rejecting: Readonly<Record<string, Row>> = {
    'a handler': answering(late),
    onSubscribed: {
      act: ({ client }) => client.subscribe('com.app.t', { onSubscribed: late }).subscribe(),
      context: 'onSubscribed of com.app.t',
    },
    'onSubscribed of a decorated method': {
      act: ({ client }) => {
        class Events {
          take(): void {
            // nothing comes
          }
        }
        const descriptor = Object.getOwnPropertyDescriptor(Events.prototype, 'take');
        Topic('com.app.t', { onSubscribed: late })(Events.prototype as never, 'take' as never, descriptor as never);
        bind(client, new Events()).subscribe();
      },
      context: 'onSubscribed of com.app.t',
    },
    'an interceptor, of what comes': {
      options: {
        interceptors: [{ incoming: (message, next) => (next(message), message[0] === 33 ? late() : undefined) }],
      },
      act: ({ client }) => client.subscribe('com.app.t').subscribe(),
      context: 'interceptor',
    },
    'an interceptor, of what is sent': {
      options: {
        interceptors: [{ outgoing: (message, next) => (next(message), message[0] === 16 ? late() : undefined) }],
      },
      act: ({ client }) => client.publish('com.app.t').subscribe(),
      context: 'interceptor',
    },
    'the function that makes an interceptor': {
      options: { interceptors: [late] },
      context: 'interceptor',
    },
    'the function of forEachSession()': {
      act: ({ client }) => forEachSession(client, late).subscribe(),
      context: 'forEachSession',
    },
  };
  for (const [what, { options, act, context }] of Object.entries(rejecting)) {
    it(`of a Promise of ${what} are emitted on userErrors$, and the session goes on`, async () => {
      const w = world(options);
      const reported = record(w.client.userErrors$);
      const joined = record(w.client.connect());
      await joined.next();
      act?.(w);
      if (reported.values.length === 0) await reported.next();
      expect(reported.values).toEqual([{ error: broken, context }]);
      expect((await firstValueFrom(w.client.call('wamp.session.count'))).value).toBe(1);
      expect(joined.values.length).toBe(1);
      await w.client.close();
    });
  }

  it('say that the payload of a publisher() cannot be a Promise, and its rejection is heard', async () => {
    const w = world();
    const reported = record(w.client.userErrors$);
    await firstValueFrom(w.client.connect());
    publisher(w.client, 'com.app.t', { payload: late }).next(1);
    expect(reported.values).toEqual([{ error: jasmine.any(TypeError) as never, context: 'payload of com.app.t' }]);
    await w.client.close();
  });

  it('of a Promise of `retryable` are emitted on userErrors$', async () => {
    const w = world({ transports: [refusing()], reconnect: { retryable: late } });
    const reported = record(w.client.userErrors$);
    w.client.connect();
    await reported.next();
    expect(reported.values).toEqual([{ error: broken, context: 'retryable' }]);
    await w.client.close();
  });

  it('of a Promise of runClient’s `restart` are emitted on userErrors$, and it does not run again', async () => {
    const w = world();
    const reported = record(w.client.userErrors$);
    const run = record(runClient(w.client, breaks, { restart: late }));
    await run.done().catch(() => undefined);
    expect(reported.values).toEqual([
      { error: broken, context: 'main of runClient' },
      { error: broken, context: 'restart of runClient' },
    ]);
    expect(run.error).toBe(broken);
  });

  const getter = (name: string, thrown: Error = new Error()): Error =>
    Object.defineProperty(thrown, name, { get: breaks });
  const strange: Readonly<Record<string, () => unknown>> = {
    'an Error whose message throws': () => getter('message'),
    'an error of the mapping whose payload throws': () => getter('args', Object.create(Mapped.prototype) as Error),
    'an ApplicationError whose payload throws': () => getter('kwargs', new ApplicationError('com.app.bad')),
    'what cannot be made text': () => ({ toString: breaks }),
    'what has no text': () => Object.create(null) as unknown,
  };
  for (const [what, thrown] of Object.entries(strange)) {
    it(`of a handler that throws ${what} are reported, and answered`, () => {
      virtual((time) => {
        const w = world({ errors: [[Mapped, 'com.app.mapped']] });
        const reported = record(w.client.userErrors$);
        const joined = record(w.client.connect());
        w.client
          .register('com.app.f', () => {
            throw thrown();
          })
          .subscribe();
        time.advance();
        const call = record(w.client.call('com.app.f'));
        time.advance();
        expect(call.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.runtime_error' }));
        expect(reported.values.map(({ context }) => context)).toEqual(['handler of com.app.f']);
        expect(w.client.status.state).toBe('joined');
        expect(joined.values.length).toBe(1);
      });
    });
  }

  it('leave the table of ends to decide where `retryable` threw', () => {
    virtual((time) => {
      const w = world({ reconnect: { retryable: breaks } });
      w.router.abort('wamp.error.no_such_realm');
      w.client.connect();
      time.advance();
      expect(w.client.status.state).toBe('failed');
    });
  });

  it('of a reconnect operator that cannot be made are why the client gave up', () => {
    virtual((time) => {
      const w = world({ reconnect: breaks });
      const topic = record(w.client.subscribe('com.app.t'));
      time.advance();
      expect(w.client.status).toEqual(
        jasmine.objectContaining({ state: 'failed', error: jasmine.objectContaining({ cause: broken }) }),
      );
      expect(topic.error).toEqual(jasmine.objectContaining({ cause: broken }));
      // and it can be tried again
      w.client.connect();
      expect(w.statuses.filter(({ state }) => state === 'failed').length).toBe(2);
    });
  });

  it('of a handler reach its caller', () => {
    virtual((time) => {
      const { client } = world();
      client.register('com.app.f', breaks).subscribe();
      const call = record(client.call('com.app.f'));
      time.advance();
      expect(call.error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.runtime_error', args: ['broken'] }));
    });
  });
});

describe('what an observer throws is RxJS’s business', () => {
  afterEach(() => (config.onUnhandledError = null));

  const streams: Readonly<Record<string, (w: World, next: () => void) => unknown>> = {
    'of a topic': ({ client }, next) => client.subscribe('com.app.t').subscribe({ next }),
    'of a call': ({ client }, next) => client.call('com.app.f').subscribe({ next }),
    'of a registration': ({ client }, next) => client.register('com.app.g', () => 1).subscribe({ next }),
    'of a publication': ({ client }, next) =>
      client.publish('com.app.u', [], {}, { acknowledge: true }).subscribe({ next }),
    'of session$': ({ client }, next) => client.session$.subscribe({ next }),
    'of status$': ({ client }, next) => client.status$.subscribe({ next }),
    'of lifecycle$': ({ client }, next) => {
      client.lifecycle$.subscribe({ next });
      const circle: unknown[] = [];
      // cannot be written, and its report is unobserved: publisherror
      client.publish('com.app.u', [circle.push(circle) && circle]);
    },
    'of messages$': ({ client }, next) => client.messages$.subscribe({ next }),
    'of userErrors$': ({ client }, next) => {
      client.userErrors$.subscribe({ next });
      client.register('com.app.h', breaks).subscribe();
      client.call('com.app.h').subscribe({ error: () => undefined });
    },
  };
  for (const [which, observe] of Object.entries(streams)) {
    it(`one ${which}: session, dispatch and the other observers go on`, () => {
      const unhandled: unknown[] = [];
      config.onUnhandledError = (error) => unhandled.push(error);
      virtual((time) => {
        const w = world();
        w.client.register('com.app.f', () => 1).subscribe();
        time.advance();
        observe(w, breaks);
        const others = record(w.client.subscribe<number>('com.app.t'));
        const reported = record(w.client.userErrors$);
        time.advance();
        w.client.publish('com.app.t', [1], {}, { excludeMe: false });
        w.client.publish('com.app.t', [2], {}, { excludeMe: false });
        time.advance();
        const call = record(w.client.call('com.app.f'));
        time.advance(1);
        expect(others.values.map(({ value }) => value)).toEqual([1, 2]);
        expect(call.completed).toBeTrue();
        expect(w.client.status.state).toBe('joined');
        expect(w.types().filter((type) => type === 'leave')).toEqual([]);
        expect(reported.values.filter(({ context }) => context !== 'handler of com.app.h')).toEqual([]);
        expect(unhandled.length).toBeGreaterThan(0);
        expect(new Set(unhandled)).toEqual(new Set([broken]));
      });
    });
  }

  it('a teardown that throws, too', () => {
    const unhandled: unknown[] = [];
    config.onUnhandledError = (error) => unhandled.push(error);
    virtual((time) => {
      const w = world();
      w.client.register('com.app.f', () => new Observable<number>((o) => (o.next(1), breaks))).subscribe();
      time.advance();
      w.client.call('com.app.f', { progress: true }).subscribe().unsubscribe();
      time.advance(1);
      const other = record(w.client.call('com.app.f', { progress: true, deadline: 5 }));
      time.advance(10);
      expect(other.values.length).toBe(1);
      expect(w.client.status.state).toBe('joined');
      expect(String(unhandled[0])).toContain('broken');
    });
  });
});
