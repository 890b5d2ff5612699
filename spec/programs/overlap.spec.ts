import { firstValueFrom, NEVER, of, Subject } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { rejoin } from '../../src/programs/rejoin.ts';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import type { Session } from '../../src/session/session.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { faked, inState, virtual, world, type World } from '../client/helpers.ts';

const session = ({ client }: World): Session => inState(client, 'joined').session;
const values = (recording: { readonly values: readonly { readonly value: unknown }[] }): unknown[] =>
  recording.values.map(({ value }) => value);

describe('rejoin() with overlap', () => {
  it('opens the second session before it leaves the first, and the streams follow', () => {
    virtual((time) => {
      const w = world();
      const again: unknown[] = [];
      const events = record(
        w.client.subscribe<number>('com.app.t', { onSubscribed: (subscribed) => again.push(subscribed.again) }),
      );
      const registrations = record(w.client.register('com.app.f', () => 'here'));
      time.advance();
      const before = session(w);
      const next = record(rejoin(w.client, { overlap: true }));
      time.advance(2000);
      expect(next.values.map(({ id }) => id)).toEqual([session(w).id]);
      expect(next.completed).toBeTrue();
      expect(session(w)).not.toBe(before);
      expect(before.open).toBeFalse();
      expect(again).toEqual([false, true]);
      expect(registrations.values.map((registration) => registration.again)).toEqual([false, true]);
      expect(w.types()).toEqual(['connect', 'join', 'ready', 'connect', 'join', 'ready', 'leave', 'disconnect']);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined']);
      w.client.publish('com.app.t', [1], {}, { excludeMe: false });
      const call = record(w.client.call('com.app.f'));
      time.advance();
      expect(values(events)).toEqual([1]);
      expect(values(call)).toEqual(['here']);
      console.log(JSON.stringify(w.received));
    });
  });
});
