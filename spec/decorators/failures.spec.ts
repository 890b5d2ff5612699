// What becomes of the others when one method is refused.
import { retry, timer } from 'rxjs';
import { bind, Procedure, Topic } from '../../src/decorators/index.ts';
import { ApplicationError, ConnectionLostError, InvalidStateError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/record.ts';
import { joined } from '../helpers/wire.ts';
import { inRealm } from '../meta/world.ts';

class Shop {
  @Procedure()
  open(): void {}

  @Procedure()
  taken(): void {}

  @Topic()
  heard(): void {}
}

class Taken {
  @Procedure()
  taken(): void {}
}

describe('bind()', () => {
  it('ends with the error of the first method that is refused, and undoes the others', () => {
    inRealm({}, ({ router, wamp, other, watch, advance }) => {
      watch(other.register('taken', () => 1));
      const bound = watch(bind(wamp, new Shop()));
      advance();
      expect(bound.error).toBeInstanceOf(ApplicationError);
      expect(bound.error).toEqual(
        jasmine.objectContaining({ uri: 'wamp.error.procedure_already_exists', procedure: 'taken' }),
      );
      expect(router.registrations.map(({ procedure }) => procedure)).toEqual(['taken']);
      expect(router.subscriptions.length).toBe(0);
    });
  });

  it('begins anew with retry()', () => {
    inRealm({}, ({ router, wamp, other, watch, advance }) => {
      const taken = watch(other.register('taken', () => 1));
      const bound = watch(bind(wamp, new Shop()).pipe(retry({ delay: () => timer(100) })));
      taken.stop();
      advance(100);
      expect(bound.error).toBeUndefined();
      expect(bound.values.at(-1)?.pending).toBe(0);
      expect(router.registrations.map(({ procedure }) => procedure).sort()).toEqual(['open', 'taken']);
    });
  });

  it('can be retried at once: what is given back is waited for', () => {
    const { wamp, wire } = joined();
    const bound = record(bind(wamp, new Shop()).pipe(retry(1)));
    const [open, taken, heard] = [wire.take(64)[1], wire.take(64)[1], wire.take(32)[1]];
    wire.send([65, open, 11], [33, heard, 13], [8, 64, taken, {}, 'wamp.error.not_authorized']);
    // the topic is the same one all along, and was reported
    expect(wire.rest()).toEqual([
      [66, 4, 11],
      [64, 5, {}, 'taken'],
    ]);
    wire.send([67, 4], [65, 5, 12]);
    expect(wire.take(64).slice(2)).toEqual([{}, 'open']);
    wire.send([65, 6, 14]);
    expect(bound.values.map(({ method, pending, id }) => [method, pending, id])).toEqual([
      ['open', 2, 11],
      ['heard', 1, 13],
      ['heard', 2, 13],
      ['taken', 1, 12],
      ['open', 0, 14],
    ]);
  });

  it('ends when a method is withdrawn', () => {
    const { wamp, wire } = joined();
    const bound = record(bind(wamp, new Taken()));
    wire.send([65, wire.take(64)[1], 7], [67, 0, { registration: 7, reason: 'com.shop.out' }]);
    expect((bound.error as ApplicationError).uri).toBe('com.shop.out');
  });

  it('refuses what this client has registered already as register() does', () => {
    inRealm({}, ({ wamp, watch }) => {
      watch(bind(wamp, new Taken()));
      expect(watch(bind(wamp, new Taken())).error).toBeInstanceOf(InvalidStateError);
    });
  });

  it('asks for no more where the first method has failed at once', () => {
    const { wamp, wire } = joined();
    record(wamp.register('open', () => 1));
    wire.take(64);
    expect(record(bind(wamp, new Shop())).error).toBeInstanceOf(InvalidStateError);
    expect(wire.rest()).toEqual([]);
  });

  it('has undone the others by the time that it errors', () => {
    const { wamp, wire } = joined();
    const seen = record(wamp.messages$);
    let last: unknown;
    bind(wamp, new Shop()).subscribe({ error: () => (last = seen.values.at(-1)?.message) });
    wire.send([65, 1, 11], [8, 64, 2, {}, 'wamp.error.not_authorized']);
    expect(last).toEqual([66, 4, 11]);
  });

  it('with onFailure: continue, emits each that fails, and goes on', () => {
    inRealm({}, ({ router, wamp, other, watch }) => {
      watch(other.register('taken', () => 1));
      const bound = watch(bind(wamp, new Shop(), { onFailure: 'continue' }));
      expect(bound.ended).toBeFalse();
      expect(bound.values.filter(({ error }) => error !== undefined)).toEqual([
        {
          kind: 'procedure',
          method: 'taken',
          uri: 'taken',
          match: 'exact',
          pending: jasmine.any(Number) as unknown as number,
          error: jasmine.any(ApplicationError),
        },
      ]);
      expect(bound.values.at(-1)?.pending).toBe(0);
      expect(router.registrations.map(({ procedure }) => procedure).sort()).toEqual(['open', 'taken']);
      expect(router.subscriptions.length).toBe(1);
    });
  });

  it('with onFailure: continue, goes on where one is withdrawn', () => {
    const { wamp, wire } = joined();
    const bound = record(bind(wamp, new Shop(), { onFailure: 'continue' }));
    wire.send([65, 1, 11], [33, 3, 13], [67, 0, { registration: 11, reason: 'com.shop.out' }], [65, 2, 12]);
    expect(bound.values.map(({ method, pending, error }) => [method, pending, error !== undefined])).toEqual([
      ['open', 2, false],
      ['heard', 1, false],
      ['open', 1, true],
      ['taken', 0, false],
    ]);
  });

  it('with onFailure: continue, errors when the last has failed', () => {
    inRealm({}, ({ wamp, other, watch }) => {
      watch(other.register('taken', () => 1));
      const bound = watch(bind(wamp, new Taken(), { onFailure: 'continue' }));
      expect(bound.values.map(({ pending }) => pending)).toEqual([0]);
      expect((bound.error as ApplicationError).uri).toBe('wamp.error.procedure_already_exists');
    });
  });

  it('with onFailure: continue, completes with the client though some have failed', () => {
    inRealm({}, ({ wamp, other, watch, advance }) => {
      watch(other.register('taken', () => 1));
      const bound = watch(bind(wamp, new Shop(), { onFailure: 'continue' }));
      void wamp.close();
      advance();
      expect(bound.completed).toBeTrue();
    });
  });

  it('on a session, ends with it', () => {
    const { session, wire } = joined();
    const bound = record(bind(session, new Shop()));
    expect(wire.rest().length).toBe(3);
    wire.hangUp();
    expect(bound.error).toBeInstanceOf(ConnectionLostError);
  });

  it('on a session, reports what handlers throw as the client does', () => {
    class Clumsy {
      @Topic()
      heard(): void {
        throw new RangeError('thrown');
      }
    }
    const { wamp, session, wire } = joined();
    const errors = record(wamp.userErrors$);
    record(bind(session, new Clumsy()));
    wire.send([33, wire.take(32)[1], 5], [36, 5, 1, {}]);
    expect(errors.values).toEqual([{ error: new RangeError('thrown'), context: 'handler of heard (heard)' }]);
  });
});
