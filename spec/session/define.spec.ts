import { ApplicationError, InvalidUriError } from '../../src/protocol/errors.ts';
import { define } from '../../src/session/define.ts';
import { record } from '../../src/testing/record.ts';
import { joined } from '../helpers/wire.ts';

class ShopError extends Error {
  readonly uri: string | undefined;
  constructor(text?: string, uri?: string) {
    super(text);
    this.uri = uri;
  }
}
class SoldOut extends ShopError {}

describe('define()', () => {
  it('makes an ERROR with the URI an error of the class, from then on', () => {
    const { wamp, wire } = joined();
    const before = record(wamp.call('com.app.f'));
    wire.send([8, 48, 1, {}, 'com.shop.sold_out', ['tea']]);
    define(wamp, SoldOut, 'com.shop.sold_out');
    const after = record(wamp.call('com.app.f'));
    wire.send([8, 48, 2, {}, 'com.shop.sold_out', ['tea']]);

    expect(before.error).not.toBeInstanceOf(SoldOut);
    expect(after.error).toBeInstanceOf(SoldOut);
    expect(after.error).toEqual(jasmine.objectContaining({ message: 'tea', uri: 'com.shop.sold_out', args: ['tea'] }));
  });

  it('sends what a handler throws of the class with the URI', () => {
    const { wamp, wire } = joined();
    define(wamp, SoldOut, 'com.shop.sold_out');
    record(
      wamp.register('com.app.f', () => {
        throw new SoldOut('tea');
      }),
    );
    wire.send([65, 1, 7], [68, 3, 7, {}]);

    expect(wire.rest().at(-1)).toEqual([8, 68, 3, {}, 'com.shop.sold_out', ['tea']]);
  });

  it('sends an error of a class and of those that it extends as its own, whatever was defined first', () => {
    const own = [SoldOut, 'com.shop.error.sold_out'] as const;
    const base = [ShopError, 'com.shop.error.', { match: 'prefix' }] as const;
    for (const all of [
      [own, base],
      [base, own],
    ]) {
      const { wamp, wire } = joined();
      for (const [error, uri, options] of all) define(wamp, error, uri, options);
      record(
        wamp.register('com.app.f', () => {
          throw new SoldOut('tea');
        }),
      );
      wire.send([65, 1, 7], [68, 3, 7, {}]);

      expect(wire.rest().at(-1)).toEqual([8, 68, 3, {}, 'com.shop.error.sold_out', ['tea']]);
    }
  });

  it('sends no kwargs that are no dictionary: the router would end the session', () => {
    const { wamp, wire } = joined();
    define(wamp, SoldOut, 'com.shop.sold_out');
    record(
      wamp.register('com.app.f', () => {
        throw Object.assign(new SoldOut('tea'), { args: ['tea'], kwargs: ['list'] });
      }),
    );
    wire.send([65, 1, 7], [68, 3, 7, {}]);

    expect(wire.rest().at(-1)).toEqual([8, 68, 3, {}, 'com.shop.sold_out', ['tea']]);
  });

  it('takes all URIs that begin so, with match: prefix; the longest that fits counts', () => {
    const { wamp, wire } = joined();
    define(wamp, SoldOut, 'com.shop.stock.', { match: 'prefix' });
    define(wamp, ShopError, 'com.shop.', { match: 'prefix' });
    const calls = ['com.shop.stock.empty', 'com.shop.closed', 'com.other'].map((uri, i) => {
      const call = record(wamp.call('com.app.f'));
      wire.send([8, 48, i + 1, {}, uri, ['text']]);
      return call.error;
    });

    expect(calls[0]).toBeInstanceOf(SoldOut);
    expect(calls[0]).toEqual(jasmine.objectContaining({ uri: 'com.shop.stock.empty' }));
    expect(calls[1]).toBeInstanceOf(ShopError);
    expect(calls[1]).not.toBeInstanceOf(SoldOut);
    expect(calls[2]).not.toBeInstanceOf(ShopError);
  });

  it('sends an error of a prefix with its own URI, or with the prefix', () => {
    const { wamp, wire } = joined();
    define(wamp, ShopError, 'com.shop.', { match: 'prefix' });
    const thrown = [new ShopError('a', 'com.shop.closed'), new ShopError('b'), new ShopError('c', 'com.other')];
    record(
      wamp.register('com.app.f', () => {
        throw thrown.shift() as Error;
      }),
    );
    wire.send([65, 1, 7], [68, 1, 7, {}], [68, 2, 7, {}], [68, 3, 7, {}]);

    expect(wire.rest().slice(1)).toEqual([
      [8, 68, 1, {}, 'com.shop.closed', ['a']],
      [8, 68, 2, {}, 'com.shop', ['b']],
      [8, 68, 3, {}, 'com.shop', ['c']],
    ]);
  });

  it('lets the last definition of a URI count, before what the option errors says', () => {
    const { wamp, wire, session } = joined({ errors: [[ShopError, 'com.shop.sold_out']] });
    define(session, SoldOut, 'com.shop.sold_out');
    const call = record(wamp.call('com.app.f'));
    wire.send([8, 48, 1, {}, 'com.shop.sold_out']);

    expect(call.error).toBeInstanceOf(SoldOut);
  });

  it('does not count for an ApplicationError, which has its URI', () => {
    class Refused extends ApplicationError {}
    const { wamp, wire } = joined({ errors: [[ApplicationError, 'com.shop.any']] });
    define(wamp, Refused, 'com.shop.refused');
    record(
      wamp.register('com.app.f', () => {
        throw new Refused('com.shop.own');
      }),
    );
    wire.send([65, 1, 7], [68, 3, 7, {}]);

    expect(wire.rest().at(-1)).toEqual([8, 68, 3, {}, 'com.shop.own']);
  });

  it('counts, of several URIs of one class, before earlier ones; of the option errors, the first', () => {
    const { wamp, wire } = joined({
      errors: [
        [ShopError, 'com.shop.first'],
        [ShopError, 'com.shop.second'],
      ],
    });
    record(
      wamp.register('com.app.f', () => {
        throw new ShopError('tea');
      }),
    );
    wire.send([65, 1, 7], [68, 3, 7, {}]);
    define(wamp, ShopError, 'com.shop.third');
    wire.send([68, 4, 7, {}]);

    expect(wire.rest().slice(-2)).toEqual([
      [8, 68, 3, {}, 'com.shop.first', ['tea']],
      [8, 68, 4, {}, 'com.shop.third', ['tea']],
    ]);
  });

  it('leaves the list that was given as an option alone', () => {
    const errors = [[ShopError, 'com.shop.sold_out']] as const;
    const { wamp } = joined({ errors });
    define(wamp, SoldOut, 'com.shop.other');

    expect(errors.length).toBe(1);
  });

  it('refuses what cannot be right', () => {
    const { wamp } = joined();

    expect(() => {
      define(wamp, 'SoldOut' as never, 'com.shop.sold_out');
    }).toThrowError(TypeError, /error must be a class, got the string "SoldOut"/);
    expect(() => {
      define(wamp, SoldOut, 'com..sold');
    }).toThrowError(InvalidUriError);
    expect(() => {
      define(wamp, SoldOut, 'com.', { match: 'wildcard' as never });
    }).toThrowError(TypeError, /match must be 'exact' or 'prefix'/);
    expect(() => {
      define({} as never, SoldOut, 'com.shop');
    }).toThrowError(TypeError, /expected a WampClient or a Session/);
  });
});
