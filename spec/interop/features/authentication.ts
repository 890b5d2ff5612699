// Every way to authenticate that a router has: who proves to be joe is let in as joe, who does not is turned away.
import { Agent } from 'node:https';
import { firstValueFrom } from 'rxjs';
import type { Authenticator } from '../../../src/auth/authenticator.ts';
import { cryptosign } from '../../../src/auth/cryptosign.ts';
import { cookie, tls } from '../../../src/auth/proofless.ts';
import { scram } from '../../../src/auth/scram.ts';
import { ticket } from '../../../src/auth/ticket.ts';
import { wampcra } from '../../../src/auth/wampcra.ts';
import { getSession } from '../../../src/meta/index.ts';
import { webSocket } from '../../../src/node/index.ts';
import { AbortError, ConnectionLostError } from '../../../src/protocol/errors.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { joinedBy, outcome } from '../../auth/helpers.ts';
import { an } from '../../client/helpers.ts';
import { fresh, provided } from '../../helpers/live.ts';
import type { AuthMethod } from '../routers/router.ts';
import { COOKIE, JOE } from '../routers/router.ts';
import type { Scene } from '../scene.ts';

const { authid, secret, seed } = JOE;
const other = new Uint8Array(32).fill(8);

interface Way {
  readonly authid?: string;
  readonly realm?: string;
  readonly right: Authenticator;
  readonly wrong: Authenticator;
}

/** Specifies authentication on a router. */
export function authentication({ router: { at, can }, certificate: { pem, joe }, client }: Scene): void {
  const byScram = (options: { authid: string; dialect?: 'scram' }): Way => ({
    authid: options.authid,
    right: scram({ ...options, password: secret, mutual: true }),
    wrong: scram({ ...options, password: 'wrong' }),
  });
  const ways: Readonly<Record<AuthMethod, Way>> = {
    ticket: { right: ticket({ authid, ticket: secret }), wrong: ticket({ authid, ticket: 'wrong' }) },
    wampcra: { right: wampcra({ authid, secret }), wrong: wampcra({ authid, secret: 'wrong' }) },
    'wampcra, salted': {
      ...can.salted,
      right: wampcra({ authid: can.salted.authid, secret }),
      wrong: wampcra({ authid: can.salted.authid, secret: 'wrong' }),
    },
    'wamp-scram, PBKDF2': byScram({ authid }),
    'wamp-scram, Argon2id': byScram({ authid: 'argon' }),
    scram: byScram({ authid, dialect: 'scram' }),
    cryptosign: { right: cryptosign({ authid, privateKey: seed }), wrong: cryptosign({ authid, privateKey: other }) },
  };
  const plain = webSocket({ url: at.auth });
  const over = (transport: Transport, auth: readonly Authenticator[], realm = 'secure'): ReturnType<typeof client> =>
    client({ realm, transports: [transport], auth, reconnect: false });
  /** Dials, and gives the router's refusal; once more where a router that loses its last message has only hung up. */
  const refusalTo = async (wamp: ReturnType<typeof client>): Promise<AbortError> => {
    const error = await refused(wamp);
    return an(AbortError, can.losesLast && error instanceof ConnectionLostError ? await refused(wamp) : error);
  };

  it('anonymous: joins an open realm and learns its authid', async () => {
    const wamp = client();
    const { session } = await joinedBy(wamp);
    expect(session.details).toEqual(jasmine.objectContaining({ authmethod: 'anonymous', authrole: 'anonymous' }));
    expect(session.details.authid).toEqual(jasmine.any(String));
  });

  it('anonymous: refused in a realm that requires authentication', async () => {
    const wamp = client({ realm: 'secure', transports: [plain], reconnect: false });
    expect((await refusalTo(wamp)).name).toBe('AbortError');
  });

  for (const name of can.methods) {
    const way = ways[name];
    it(`${name}: joe is let in, and others see him as joe`, async () => {
      const { session } = await joinedBy(over(plain, [way.right], way.realm));
      const expected = { authid: way.authid ?? authid, authrole: 'user', authmethod: way.right.method };
      expect(session.details).toEqual(jasmine.objectContaining(expected));
      const witness = over(plain, [way.right], way.realm);
      const seen = await firstValueFrom(getSession(witness, session.id));
      expect(seen).toEqual(jasmine.objectContaining({ session: session.id, ...expected }));
    });

    it(`${name}: who is not joe is turned away`, async () => {
      expect((await refusalTo(over(plain, [way.wrong], way.realm))).reason).toMatch(can.refuses);
    });
  }

  it('several methods in one HELLO: the router picks one that is good', async () => {
    const auth = [ways.cryptosign.right, ways.wampcra.right, ways.ticket.right];
    const { session } = await joinedBy(over(plain, auth));
    expect(session.details.authid).toBe(authid);
    expect(auth.map(({ method }) => method)).toContain(session.details.authmethod ?? '');
  });

  it('the secret is asked for again at each attempt', async () => {
    let asked = 0;
    const auth = ticket({
      authid,
      ticket: () => {
        asked += 1;
        return Promise.resolve(asked === 1 ? 'wrong' : secret);
      },
    });
    const wamp = over(plain, [auth]);
    await refused(wamp);
    wamp.connect();
    const session = await firstValueFrom(wamp.session$);
    expect([asked, session.details.authid]).toEqual([2, authid]);
  });

  it('a callee gets the identity of the caller: always, or where it requests it', async () => {
    const [callee, caller] = [over(plain, [ways.ticket.right]), over(plain, [ways.wampcra.right])];
    const procedure = fresh('who');
    await provided(callee, procedure, ({ details }) => [details.caller, details.callerAuthid, details.callerAuthrole]);
    const { session } = await joinedBy(caller);
    const answer = await firstValueFrom(caller.call(procedure, [], {}, { discloseMe: true }));
    expect(answer.value).toEqual([session.id, authid, 'user']);
  });

  if (can.cookie === 'set') {
    it('cookie: the one that came with the first session opens the next', async () => {
      const transport = webSocket({ url: at.auth, cookies: true });
      const first = over(transport, [ways.ticket.right]);
      await joinedBy(first);
      const { session } = await joinedBy(over(transport, [cookie()]));
      expect(session.details).toEqual(jasmine.objectContaining({ authid, authprovider: 'cookie' }));
      expect((await refusalTo(over(plain, [cookie()]))).reason).toContain('wamp.error.');
    });
  } else if (can.cookie === 'given') {
    it('cookie: a known one opens, another does not', async () => {
      const showing = (Cookie: string): Transport => webSocket({ url: at.auth, headers: { Cookie } });
      const { session } = await joinedBy(over(showing(COOKIE), [cookie()]));
      expect(session.details).toEqual(jasmine.objectContaining({ authid, authmethod: 'cookie' }));
      expect((await refusalTo(over(showing('cbtid=else'), [cookie()]))).reason).toMatch(can.refuses);
    });
  }

  const { mtls } = at;
  if (mtls !== undefined) {
    const identity = { key: joe.key, cert: joe.cert };
    it('tls: the certificate of joe opens', async () => {
      const transport = webSocket({ url: mtls, ca: pem, ...identity });
      const { session } = await joinedBy(over(transport, [tls()]));
      expect(session.details).toEqual(jasmine.objectContaining({ authid, authmethod: 'tls' }));
    });

    it('tls: without a certificate there is no way in', async () => {
      const wamp = over(webSocket({ url: mtls, ca: pem }), [tls()]);
      const error = await refused(wamp);
      expect(['AbortError', 'ConnectFailedError', 'ConnectionLostError']).toContain(error.name);
    });

    const { binding } = can;
    if (binding !== undefined && binding !== 'tls-server-end-point') {
      it(`cryptosign, bound to the channel (${binding})`, async () => {
        // TLS 1.3 has no tls-unique
        const maxVersion = binding === 'tls-unique' ? 'TLSv1.2' : 'TLSv1.3';
        const agent = new Agent({ ca: pem, maxVersion, ...identity });
        const transport = webSocket({ url: mtls, agent });
        const auth = cryptosign({ authid, privateKey: seed, channelBinding: binding });
        const { session } = await joinedBy(over(transport, [auth]));
        expect(session.details).toEqual(jasmine.objectContaining({ authid, authmethod: 'cryptosign' }));
        agent.destroy();
      });
    }
  }
}

/** Dials, and gives the error that it ends with. */
async function refused(wamp: ReturnType<Scene['client']>): Promise<Error> {
  wamp.connect();
  const status = await outcome(wamp);
  if ('error' in status) return status.error;
  throw new Error(`it is ${status.state}`);
}
