import { cookie, tls } from '../../src/auth/proofless.ts';
import { ticket } from '../../src/auth/ticket.ts';
import { acceptCookie, acceptTicket, acceptTls } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { FakeChannel, inState, scripted, virtual, world } from '../client/helpers.ts';

describe('cookie and tls', () => {
  for (const [method, make, check] of [
    ['cookie', cookie, acceptCookie],
    ['tls', tls, acceptTls],
  ] as const) {
    it(`${method} names itself, and is welcomed without a CHALLENGE`, () => {
      virtual(({ advance }) => {
        const router = createTestRouter({ realms: { realm1: { auth: [check(() => ({ authid: 'joe' }))] } } });
        const w = world({ router, auth: [make({ authrole: 'user' })] });
        w.client.connect();
        advance();
        expect(w.of(1)[0]?.[2]).toEqual(jasmine.objectContaining({ authmethods: [method], authrole: 'user' }));
        expect(inState(w.client, 'joined').session.details).toEqual(
          jasmine.objectContaining({ authmethod: method, authid: 'joe' }),
        );
        expect(w.of(5)).toEqual([]);
      });
    });

    it(`${method} is refused where the router does not know the link`, () => {
      virtual(({ advance }) => {
        const router = createTestRouter({ realms: { realm1: { auth: [check(() => undefined)] } } });
        const w = world({ router, auth: [make()] });
        w.client.connect();
        advance();
        expect(inState(w.client, 'failed').error.message).toContain('authentication_denied');
      });
    });

    it(`${method} has nothing to answer a CHALLENGE with`, () => {
      virtual(() => {
        const channel = new FakeChannel();
        const w = world({ transports: [scripted('t', () => channel)], auth: [make()], reconnect: false });
        w.client.connect();
        channel.reply(4, method, {});
        expect(inState(w.client, 'failed').error.message).toContain('no proof');
        expect(channel.of(5)).toEqual([]);
        expect(channel.of(3).length).toBe(1);
      });
    });
  }

  it('stand before methods that prove something', () => {
    virtual(({ advance }) => {
      const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 't' })] } } });
      const w = world({ router, auth: [cookie(), ticket({ authid: 'joe', ticket: 't' })] });
      w.client.connect();
      advance();
      expect(w.of(1)[0]?.[2]['authmethods']).toEqual(['cookie', 'ticket']);
      expect(inState(w.client, 'joined').session.details.authmethod).toBe('ticket');
    });
  });
});
