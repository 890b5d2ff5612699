// What a client sends and reports while it joins: none of it may help another to join in its name.
import { asapScheduler, filter, firstValueFrom, map, merge, Subject } from 'rxjs';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { cryptosign } from '../../src/auth/cryptosign.ts';
import { cryptosignPublicKey } from '../../src/auth/cryptosign-key.ts';
import { hooked } from '../../src/auth/hooked.ts';
import { scram } from '../../src/auth/scram.ts';
import { ticket, type TicketOptions } from '../../src/auth/ticket.ts';
import { wampcra } from '../../src/auth/wampcra.ts';
import type { Client } from '../../src/client/client.ts';
import type { Status } from '../../src/client/status.ts';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { acceptCryptosign, acceptScram, acceptTicket, acceptWampCra } from '../../src/router/index.ts';
import type { AuthStep, RouterAuthenticator } from '../../src/router/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { longPoll } from '../../src/transports/longpoll.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { an, closeAll, FakeChannel, inState, scripted, virtual, world } from '../client/helpers.ts';
import { outcome, refusedBy, tells } from './helpers.ts';

const KEY = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510';
const SECRET = 's3cret-and-long';

interface Way {
  readonly auth: (wrong: boolean) => Authenticator;
  readonly router: () => Promise<RouterAuthenticator> | RouterAuthenticator;
  readonly secret: string;
}

const shared = (wrong: boolean): string => (wrong ? SECRET.toUpperCase() : SECRET);

const ways: Record<string, Way> = {
  ticket: {
    auth: (wrong) => ticket({ authid: 'joe', ticket: shared(wrong) }),
    router: () => acceptTicket({ joe: SECRET }),
    secret: SECRET,
  },
  wampcra: {
    auth: (wrong) => wampcra({ authid: 'joe', secret: () => shared(wrong) }),
    router: () => acceptWampCra({ joe: { secret: SECRET, salt: 'x' } }),
    secret: SECRET,
  },
  'wamp-scram': {
    auth: (wrong) => scram({ authid: 'joe', password: shared(wrong) }),
    router: () => acceptScram({ joe: SECRET }),
    secret: SECRET,
  },
  scram: {
    auth: (wrong) => scram({ authid: 'joe', password: shared(wrong), dialect: 'scram' }),
    router: () => acceptScram({ joe: SECRET }, { dialect: 'scram' }),
    secret: SECRET,
  },
  cryptosign: {
    auth: (wrong) => cryptosign({ privateKey: wrong ? KEY.replace('4d', '4e') : KEY }),
    router: async () => acceptCryptosign({ [await cryptosignPublicKey(KEY)]: 'joe' }),
    secret: KEY.slice(2),
  },
};

/** The keys of all dictionaries in a value. */
const keysOf = (value: unknown, seen = new Set<unknown>()): string[] => {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.entries(value).flatMap(([key, each]) => [key, ...keysOf(each, seen)]);
};

describe('a client that authenticates', () => {
  afterEach(closeAll);

  for (const [method, { auth, router, secret }] of Object.entries(ways)) {
    for (const wrong of [false, true]) {
      it(`by ${method} ${wrong ? 'in vain ' : ''}tells neither the secret nor the proof`, async () => {
        const realm1 = { auth: [await router()] };
        const w = world({ router: createTestRouter({ realms: { realm1 } }), auth: [auth(wrong)] });
        const messages = record(w.client.messages$);
        w.client.connect();
        const status = await outcome(w.client);
        expect(status.state === 'joined').toBe(!wrong);
        const proofs = w.of(5).flatMap(([, signature, extra]) => [signature, ...Object.values(extra)]);
        const greeted = Object.values(w.of(1)[0]?.[2]['authextra'] ?? {}) as unknown[];
        const [said, heard] = (['out', 'in'] as const).map((way) =>
          messages.values.filter(({ direction }) => direction === way),
        );
        expect(said?.length).toBeGreaterThan(0);
        for (const hidden of [secret, secret.toUpperCase(), proofs[0] ?? secret, ...greeted]) {
          expect(tells(hidden as string, said)).toBeFalse();
        }
        expect(tells(secret, heard)).toBeFalse();
        for (const each of [...w.statuses, ...w.events]) {
          if ('error' in each) expect(tells(secret, each.error) || tells(secret.toUpperCase(), each.error)).toBeFalse();
        }
      });
    }
  }

  const tactless = (method: string, challenge = {}, rounds = 1): RouterAuthenticator => ({
    method,
    hello: () => {
      const heard: string[] = [];
      const step = (): AuthStep => ({
        challenge,
        verify: (signature) =>
          heard.push(signature) < rounds
            ? step()
            : { deny: 'wamp.error.authentication_denied', message: `${heard.join(' and ')} will not do` },
      });
      return step();
    },
  });
  const echoes: Record<string, readonly [Authenticator, RouterAuthenticator]> = {
    ticket: [ticket({ authid: 'joe', ticket: () => SECRET }), tactless('ticket')],
    'ticket in two rounds': [ticket({ authid: 'joe', ticket: SECRET }), tactless('ticket', {}, 2)],
    'hooked ticket': [hooked(ticket({ authid: 'joe', ticket: SECRET }), {}), tactless('ticket')],
    wampcra: [wampcra({ authid: 'joe', secret: SECRET }), tactless('wampcra', { challenge: 'x' })],
  };
  for (const [name, [mine, theirs]] of Object.entries(echoes)) {
    it(`by ${name} tells nothing of it where the router puts it into its refusal`, async () => {
      const router = createTestRouter({ realms: { realm1: { auth: [theirs] } } });
      const w = world({ router, auth: [mine] });
      let wire = '';
      router.messages$.subscribe(({ message }) => (wire = message[0] === 5 ? message[1] : wire));
      const messages = record(w.client.messages$);
      const error = await refusedBy(w.client);
      expect(error.reason).toBe('wamp.error.authentication_denied');
      expect(error.message).toContain('*** ');
      expect(wire.length).toBeGreaterThan(8);
      expect(tells(wire, messages.values, w.statuses, w.events)).toBeFalse();
    });
  }

  for (const [name, [mine, theirs]] of Object.entries(echoes)) {
    it(`by ${name} tells nothing of it where the link is closed with it, in the reason or behind that`, async () => {
      const router = createTestRouter({ realms: { realm1: { auth: [theirs] } } });
      let proof = 'none yet';
      const echoing: Transport = {
        name: 'echoing',
        open: () =>
          router
            .transport()
            .open()
            .pipe(
              map((channel) => {
                const loss = new Subject<never>();
                const send = channel.send.bind(channel);
                const refuse = (message: Message): void => {
                  if (message[0] !== 5) {
                    send(message);
                    return;
                  }
                  proof = message[1];
                  const cause = new Error(`500: [5,"${proof}"]`);
                  asapScheduler.schedule(() => {
                    loss.error(new ConnectionLostError(`closed: bad proof ${proof}`, { code: 1008, cause }));
                  });
                };
                return Object.defineProperties(channel, {
                  incoming: { value: merge(channel.incoming, loss) },
                  send: { value: refuse },
                });
              }),
            ),
      };
      const w = world({ router, auth: [mine], transports: [echoing] });
      w.client.connect();
      const status = await outcome(w.client);
      expect(status.state).toBe('waiting');
      const { error } = status as Extract<Status, { state: 'waiting' }>;
      expect(error.message).toBe('closed: bad proof ***');
      expect(an(ConnectionLostError, error).code).toBe(1008);
      expect(proof.length).toBeGreaterThan(8);
      expect(tells(proof, w.statuses, w.events)).toBeFalse();
    });
  }

  describe('masks a ticket that the router repeats', () => {
    /** A client that has sent its ticket; returns all that it shows from then on. */
    const shown = (
      reply: (channel: FakeChannel) => void,
      options: Partial<TicketOptions> = {},
    ): { readonly client: Client; readonly all: readonly unknown[] } => {
      const channel = new FakeChannel();
      const w = world({
        transports: [scripted('t', () => channel)],
        auth: [ticket({ authid: 'joe', ticket: SECRET, ...options })],
        reconnect: false,
      });
      const messages = record(w.client.messages$);
      const errors = record(w.client.userErrors$);
      w.client.connect();
      channel.reply(4, 'ticket', {});
      expect(channel.of(5).length).toBe(1);
      reply(channel);
      return { client: w.client, all: [messages.values, errors.values, w.statuses, w.events, channel.of(3)] };
    };
    const roles = { broker: {}, dealer: {} };
    const replies: Record<string, (channel: FakeChannel) => void> = {
      'in a second CHALLENGE': (channel) => channel.reply(4, 'ticket', { hint: `not ${SECRET}` }),
      "in a second CHALLENGE's method": (channel) => channel.reply(4, SECRET, {}),
      "in an ABORT's reason": (channel) => channel.reply(3, {}, `com.app.error.${SECRET}`),
      'in WELCOME.Details': (channel) =>
        channel.reply(2, 1, { roles, authextra: { [SECRET]: [SECRET] }, x_was: SECRET }),
      "in GOODBYE's message": (channel) => {
        channel.welcome();
        channel.reply(6, { message: `${SECRET} has expired` }, `com.app.close.${SECRET}`);
      },
      'in a field of the wrong type': (channel) => channel.reply(2, SECRET, { roles }),
      'in a field of a later message': (channel) => {
        channel.welcome();
        channel.reply(36, SECRET, 1, {});
      },
      'in place of a message': (channel) => channel.reply(SECRET),
      'in further fields of an error': (channel) =>
        channel.lose(Object.assign(new ConnectionLostError(`closed: ${SECRET}`), { body: `500 ${SECRET}` })),
    };
    for (const [where, reply] of Object.entries(replies)) {
      it(where, () => {
        virtual(({ advance }) => {
          const { all } = shown((channel) => {
            reply(channel);
            advance();
          });
          expect(tells('***', all)).toBeTrue();
          expect(tells(SECRET, all) || keysOf(all).some((key) => key.includes(SECRET))).toBeFalse();
        });
      });
    }

    it('and leaves words that a short one is part of, and the authid', () => {
      virtual(() => {
        const { client } = shown(
          (channel) => channel.reply(2, 1, { roles, authid: 'joe', authrole: 'joes', x_hint: 'not joe' }),
          { ticket: 'joe' },
        );
        const { details } = inState(client, 'joined').session;
        expect(details).toEqual(jasmine.objectContaining({ authid: 'joe', authrole: 'joes', x_hint: 'not ***' }));
      });
    });

    it('and leaves the messages of the session as they are', () => {
      virtual(() => {
        const wire: { channel?: FakeChannel } = {};
        const { client } = shown((channel) => {
          wire.channel = channel;
          channel.welcome();
        });
        const events = record(client.subscribe<string>('com.app.topic'));
        const channel = wire.channel!;
        channel.reply(33, channel.of(32)[0]?.[1], 7);
        channel.reply(36, 7, 1, {}, [SECRET]);
        expect(events.values.map(({ value }) => value)).toEqual([SECRET]);
      });
    });
  });

  it('does not tell the router what the function throws that is asked for the secret', async () => {
    const fails = (): never => {
      throw new Error(`no ${SECRET} in the vault`);
    };
    for (const [auth, theirs] of [
      [ticket({ authid: 'joe', ticket: fails }), tactless('ticket')],
      [wampcra({ authid: 'joe', secret: fails }), tactless('wampcra', { challenge: 'x' })],
      [scram({ authid: 'joe', password: fails }), acceptScram({ joe: SECRET })],
    ] as const) {
      const router = createTestRouter({ realms: { realm1: { auth: [theirs] } } });
      const w = world({ router, auth: [auth] });
      const messages = record(w.client.messages$);
      const aborted = firstValueFrom(router.messages$.pipe(filter(({ message }) => message[0] === 3)));
      w.client.connect();
      expect((await outcome(w.client)).state).toBe('waiting');
      expect(tells(SECRET, await aborted, messages.values)).toBeFalse();
    }
  });

  it('by scram does not tell the proof of the router', async () => {
    const realm1 = { auth: [acceptScram({ joe: SECRET })] };
    const w = world({
      router: createTestRouter({ realms: { realm1 } }),
      auth: [scram({ authid: 'joe', password: SECRET })],
    });
    let proof: unknown;
    w.router.messages$.subscribe(({ message }) => {
      if (message[0] === 2) proof = (message[2]['authextra'] as { verifier: string }).verifier;
    });
    const messages = record(w.client.messages$);
    w.client.connect();
    expect((await outcome(w.client)).state).toBe('joined');
    expect(proof).toMatch(/=$/);
    expect(tells(proof as string, messages.values)).toBeFalse();
  });
});

describe('a secret or an address that stands in the place of the options', () => {
  const given: Readonly<Record<string, (options: never) => unknown>> = {
    ticket,
    wampcra,
    scram,
    cryptosign,
    webSocket,
    longPoll,
  };
  for (const [name, make] of Object.entries(given)) {
    it(`of ${name}() is not quoted by the TypeError`, () => {
      for (const value of [SECRET, `ws://joe:${SECRET}@router.example/`]) {
        const error = thrownBy(() => make(value as never));
        expect(an(TypeError, error).message).toBe(`${name}: options must be an object, got a string`);
      }
    });
  }
});

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
