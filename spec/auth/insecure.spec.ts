import { map } from 'rxjs';
import { cryptosign } from '../../src/auth/cryptosign.ts';
import { hooked } from '../../src/auth/hooked.ts';
import { isInsecure } from '../../src/auth/insecure.ts';
import { ticket } from '../../src/auth/ticket.ts';
import { wampcra } from '../../src/auth/wampcra.ts';
import { acceptTicket, acceptWampCra } from '../../src/router/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import type { Transport, TransportDetails } from '../../src/transports/transport.ts';
import { closeAll, virtual, waitOut, world, type World } from '../client/helpers.ts';

const routerOf = (): TestRouter =>
  createTestRouter({
    realms: { realm1: { auth: [acceptTicket({ joe: 's3cret' }), acceptWampCra({ joe: 's3cret' })] } },
  });

/** The transport of a router in memory that says it is another one. */
const posing = (router: TestRouter, details: Partial<TransportDetails>): Transport => {
  const transport = router.transport();
  return {
    name: transport.name,
    open: (attempt) =>
      transport
        .open(attempt)
        .pipe(map((channel) => Object.assign(channel, { details: { ...channel.details, ...details } }))),
  };
};

const CLEAR = { type: 'websocket', url: 'ws://router.example/ws' };

const reports = ({ events }: World): unknown[] => events.filter(({ type }) => type === 'insecure');

describe('a ticket over a link that others can read', () => {
  afterEach(closeAll);

  it('is reported once for each client, and joins', () => {
    virtual((time) => {
      const router = routerOf();
      const auth = [ticket({ authid: 'joe', ticket: 's3cret' })];
      const transports = [posing(router, CLEAR)];
      const w = world({ router, transports, auth });
      w.client.connect();
      time.advance();
      const report = { time: 0, type: 'insecure', method: 'ticket', url: 'ws://router.example/ws' };
      expect(reports(w)).toEqual([report]);
      expect(w.types()).toEqual(['connect', 'challenge', 'insecure', 'join', 'ready']);
      expect(w.of(5)).toEqual([[5, 's3cret', {}]]);
      router.dropAll();
      waitOut(time, w.client);
      time.advance();
      expect(w.client.status.state).toBe('joined');
      expect(w.of(5).length).toBe(2);
      expect(reports(w).length).toBe(1);
      // another client with the same authenticator
      const other = world({ router, transports, auth });
      other.client.connect();
      time.advance();
      expect(reports(other).length).toBe(1);
    });
  });

  it('changes no status', () => {
    virtual(({ advance }) => {
      const router = routerOf();
      const auth = [ticket({ authid: 'joe', ticket: 's3cret' })];
      const [clear, safe] = [CLEAR, {}].map((details) => {
        const w = world({ router, transports: [posing(router, details)], auth });
        w.client.connect();
        advance();
        return w;
      }) as [World, World];
      expect(reports(clear).length).toBe(1);
      expect(reports(safe)).toEqual([]);
      expect(clear.statuses.map(({ state }) => state)).toEqual(safe.statuses.map(({ state }) => state));
    });
  });

  it('is reported through hooks, too', () => {
    virtual(({ advance }) => {
      const router = routerOf();
      const auth = [hooked(ticket({ authid: 'joe', ticket: 's3cret' }), {})];
      const w = world({ router, transports: [posing(router, CLEAR)], auth });
      w.client.connect();
      advance();
      expect(reports(w).length).toBe(1);
    });
  });

  it('is not reported where the router asks for no ticket', async () => {
    const router = createTestRouter({ realms: { realm1: { auth: [acceptWampCra({ joe: 's3cret' })] } } });
    const auth = [
      ticket({ authid: 'joe', ticket: 's3cret' }),
      wampcra({ authid: 'joe', secret: 's3cret' }),
      cryptosign({ authid: 'joe', privateKey: '4d'.repeat(32) }),
    ];
    const w = world({ router, transports: [posing(router, CLEAR)], auth });
    await new Promise((joined) => w.client.session$.subscribe(joined));
    expect(reports(w)).toEqual([]);
  });
});

describe('isInsecure()', () => {
  const insecure: readonly Partial<TransportDetails>[] = [
    { url: 'ws://router.example/ws' },
    { url: 'WS://router.example' },
    { url: 'http://10.0.0.1:8080/lp' },
    { url: 'rs://router.example:8081' },
    { url: 'rs://[2001:db8::1]:8081' },
    { url: 'ws://127.0.0.1.example' },
    { url: 'ws://localhost.example' },
    { url: 'ws://notlocalhost', isSecure: false },
    { url: 'ws://joe@router.example/localhost' },
    // a name of this machine's that leads to another
    { url: 'ws://localhost:8080', peer: '10.0.0.1:8080' },
    { url: 'ws://router.example', peer: '[2001:db8::1]:80' },
  ];
  for (const details of insecure) {
    it(`is true for ${JSON.stringify(details)}`, () => expect(isInsecure(details)).toBeTrue());
  }

  const secure: readonly Partial<TransportDetails>[] = [
    {},
    { url: 'wss://router.example/ws' },
    { url: 'https://router.example/lp' },
    { url: 'rss://router.example:8081' },
    { url: 'rs+unix:/run/router.sock', isSecure: false },
    { url: 'ws://router.example', isSecure: true },
    { url: 'ws://localhost:8080' },
    { url: 'ws://app.localhost:8080' },
    { url: 'rs://LOCALHOST:8080' },
    { url: 'ws://127.8.0.1:8080/ws' },
    { url: 'ws://[::1]:8080' },
    { url: 'rs://[::1]:8080' },
    { url: 'ws://[::ffff:127.0.0.1]:8080' },
    { url: 'ws://router.example', peer: '127.0.0.1:80' },
    { url: 'ws://router.example', peer: '[::1]:80' },
    { url: 'ws://router.example', peer: '[::ffff:127.0.0.1]:80' },
  ];
  for (const details of secure) {
    it(`is false for ${JSON.stringify(details)}`, () => expect(isInsecure(details)).toBeFalse());
  }
});
