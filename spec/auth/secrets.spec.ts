// What a client tells while it joins: none of it may help to become somebody else.
import { asapScheduler, filter, firstValueFrom, map, merge, Subject } from 'rxjs';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { cryptosign } from '../../src/auth/cryptosign.ts';
import { cryptosignPublicKey } from '../../src/auth/cryptosign-key.ts';
import { hooked } from '../../src/auth/hooked.ts';
import { scram } from '../../src/auth/scram.ts';
import { ticket } from '../../src/auth/ticket.ts';
import { wampcra } from '../../src/auth/wampcra.ts';
import type { Status } from '../../src/client/status.ts';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { acceptCryptosign, acceptScram, acceptTicket, acceptWampCra } from '../../src/router/index.ts';
import type { AuthStep, RouterAuthenticator } from '../../src/router/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import type { Message } from '../../src/protocol/messages.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { an, closeAll, world } from '../client/helpers.ts';
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
        expect(status.state).toBe(wrong ? 'failed' : 'joined');
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
