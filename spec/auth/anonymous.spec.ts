import { anonymous } from '../../src/auth/anonymous.ts';
import { ticket } from '../../src/auth/ticket.ts';
import { acceptAnonymous, acceptTicket } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { an, FakeChannel, inState, scripted, virtual, world } from '../client/helpers.ts';
import { AbortError } from '../../src/protocol/errors.ts';

describe('anonymous', () => {
  it('is what a client without auth is: HELLO offers nothing', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      advance();
      const details = w.of(1)[0]?.[2];
      expect(Object.keys(details ?? {}).sort()).toEqual(['agent', 'roles']);
      const { session } = inState(w.client, 'joined');
      expect(session.details.authmethod).toBe('anonymous');
      expect(session.details.authrole).toBe('anonymous');
    });
  });

  it('names itself and the identity that it wishes for', () => {
    virtual(({ advance }) => {
      const w = world({ auth: [anonymous({ authid: 'guest', authrole: 'reader', authextra: { lang: 'en' } })] });
      w.client.connect();
      advance();
      expect(w.of(1)[0]?.[2]).toEqual(
        jasmine.objectContaining({
          authmethods: ['anonymous'],
          authid: 'guest',
          authrole: 'reader',
          authextra: { lang: 'en' },
        }),
      );
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('may stand beside other methods', () => {
    virtual(({ advance }) => {
      const router = createTestRouter({ realms: { realm1: { auth: [acceptAnonymous()] } } });
      const w = world({ router, auth: [ticket({ authid: 'joe', ticket: 's' }), anonymous()] });
      w.client.connect();
      advance();
      expect(w.of(1)[0]?.[2]['authmethods']).toEqual(['ticket', 'anonymous']);
      expect(inState(w.client, 'joined').session.details.authmethod).toBe('anonymous');
    });
  });

  it('has no proof to answer a CHALLENGE with', () => {
    virtual(({ advance }) => {
      const channel = new FakeChannel();
      const w = world({ transports: [scripted('t', () => channel)], auth: [anonymous()], reconnect: false });
      w.client.connect();
      channel.reply(4, 'anonymous', {});
      advance();
      expect(inState(w.client, 'failed').error.message).toContain('no proof');
      expect(channel.of(5)).toEqual([]);
      expect(channel.of(3).length).toBe(1);
    });
  });

  it('is turned away where a proof is asked for', () => {
    virtual(({ advance }) => {
      const w = world({ like: { realms: { realm1: { auth: [acceptTicket({ joe: 's' })] } } } });
      w.client.connect();
      advance();
      expect(an(AbortError, inState(w.client, 'failed').error).reason).toBe('wamp.error.authentication_required');
    });
  });
});
