// What cannot be right is refused where it stands.
import { __decorate } from 'tslib';
import { bind, errorsOf, Procedure, Topic, MappedError } from '../../src/decorators/index.ts';
import { InvalidUriError } from '../../src/protocol/errors.ts';
import type { Invocation } from '../../src/session/events.ts';
import { joined } from '../helpers/wire.ts';

/** Decorates as TypeScript does in the legacy dialect. */
const legacy = (target: object, name: string, decorator: unknown): void => {
  __decorate([decorator as never], target, name, null);
};

class One {
  @Procedure()
  one(): void {}
}

describe('decorators refuse', () => {
  it('static methods', () => {
    expect(() => {
      class Shop {
        // @ts-expect-error a method of the class
        @Procedure()
        static price(): void {}
      }
      return Shop;
    }).toThrowError(TypeError, '@Procedure: price is static; bind() takes an instance: decorate a method of instances');
    class Shop {
      static price(): void {}
    }
    expect(() => {
      legacy(Shop, 'price', Topic());
    }).toThrowError(TypeError, /^@Topic: price is static/);
  });

  it('private names', () => {
    expect(() => {
      class Shop {
        // @ts-expect-error it cannot be called from outside
        @Topic('com.shop.price')
        #price(): void {}

        use(): void {
          this.#price();
        }
      }
      return Shop;
    }).toThrowError(
      TypeError,
      '@Topic: #price is private; it cannot be reached from outside of the class: give it a public name',
    );
  });

  it('fields, getters and accessors', () => {
    expect(() => {
      class Shop {
        // @ts-expect-error a field is no method
        @Procedure()
        price = (): number => 3;
      }
      return Shop;
    }).toThrowError(TypeError, '@Procedure: price is a field; decorate a method');
    expect(() => {
      class Shop {
        // @ts-expect-error a getter is no method
        @Procedure()
        get price(): Date {
          return new Date();
        }
      }
      return Shop;
    }).toThrowError(TypeError, /price is a getter/);
    class Shop {
      get price(): Date {
        return new Date();
      }
    }
    expect(() => {
      legacy(Shop.prototype, 'price', Procedure());
    }).toThrowError(TypeError, '@Procedure: price is a field or an accessor; decorate a method');
    expect(() => {
      legacy(Shop.prototype, 'field', Procedure());
    }).toThrowError(TypeError, '@Procedure: field is a field or an accessor; decorate a method');
  });

  it('being written without parentheses', () => {
    class Shop {
      price(): void {}
    }
    expect(() => {
      legacy(Shop.prototype, 'price', Procedure);
    }).toThrowError(TypeError, '@Procedure: expected a URI and options, got an object; is it written @Procedure()?');
    expect(() => {
      class Standard {
        // @ts-expect-error no parentheses
        @Topic
        price(): void {}
      }
      return Standard;
    }).toThrowError(TypeError, /got a function; is it written @Topic\(\)\?/);
  });

  it('a symbol for a URI', () => {
    const name = Symbol('price');
    expect(() => {
      class Shop {
        @Procedure()
        [name](): void {}
      }
      return Shop;
    }).toThrowError(TypeError, '@Procedure: Symbol(price) is no URI: give it one');
    class Named {
      @Procedure('com.shop.price')
      [name](): number {
        return 3;
      }
    }
    const { wamp, wire } = joined();
    bind(wamp, new Named()).subscribe();
    expect(wire.take(64)[3]).toBe('com.shop.price');
  });

  it('URIs and options that cannot be right, when the class is defined', () => {
    const decorate = (decorator: unknown) => () => {
      class Shop {
        price(): void {}
      }
      legacy(Shop.prototype, 'price', decorator);
    };
    expect(decorate(Procedure('com..price'))).toThrowError(InvalidUriError, /register/);
    expect(decorate(Topic('com.<sku'))).toThrowError(TypeError, /<sku is no part/);
    expect(decorate(Procedure('com.price', { invoked: 'first' } as never))).toThrowError(
      TypeError,
      /^register\("com.price"\): unknown option 'invoked'/,
    );
    expect(decorate(Topic('com.price', { spread: 'yes' } as never))).toThrowError(
      TypeError,
      '@Topic("com.price"): spread must be a boolean, got the string "yes"',
    );
    expect(decorate(Topic('com.price', 5 as never))).toThrowError(TypeError, /options must be an object/);
    expect(decorate(Topic('com.<sku>', { match: 'prefix' }))).toThrowError(
      TypeError,
      `@Topic("com.<sku>"): match must be left out, or 'wildcard', with the parts of this URI`,
    );
    expect(decorate(Topic('com.<sku>', { match: 'wildcard' }))).not.toThrow();
  });

  it('errors that are no classes, and URIs that are none', () => {
    expect(() => MappedError('com..x')).toThrowError(InvalidUriError);
    expect(() => MappedError('com.x', { match: 'wildcard' as never })).toThrowError(TypeError, /match must be/);
    expect(() => {
      MappedError('com.x')({} as never);
    }).toThrowError(TypeError, '@MappedError("com.x"): decorate a class of errors, not an object');
    expect(() => {
      class Shop {
        // @ts-expect-error a method is no class
        @MappedError('com.x')
        price(): void {}
      }
      return Shop;
    }).toThrowError(TypeError, /not method/);
    expect(() => errorsOf(Error)).toThrowError(TypeError, 'errorsOf(): Error is not decorated with @MappedError');
  });
});

describe('@MappedError', () => {
  it('is found on the class that another decorator puts in the place of the decorated one', () => {
    type Errors = new (message?: string) => Error;
    const replaced = <C>(error: C): C => class extends (error as Errors) {} as C;
    @replaced
    @MappedError('com.shop.bad')
    class Bad extends Error {}
    expect(errorsOf(Bad)).toEqual([[Bad, 'com.shop.bad', 'exact']]);
    expect(Object.getPrototypeOf(Bad)).not.toBe(Error);
  });
});

describe('bind() refuses', () => {
  const { wamp } = joined();
  const binding = (instance: unknown, options?: unknown) => () => bind(wamp, instance as object, options as object);

  it('what is no instance, or has nothing decorated', () => {
    expect(binding(One)).toThrowError(TypeError, 'bind(): expected an instance of a class, got a class');
    expect(binding(undefined)).toThrowError(TypeError, /got nothing/);
    expect(binding(null)).toThrowError(TypeError, /got null/);
    expect(binding({})).toThrowError(
      TypeError,
      'bind(): no method of the instance is decorated with @Procedure or @Topic',
    );
    expect(binding(Object.create(null))).toThrowError(TypeError, /no method of the instance/);
    expect(() => bind({} as never, new One())).toThrowError(TypeError, /bind\(\): expected a WampClient or a Session/);
  });

  it('options that cannot be right', () => {
    expect(binding(new One(), { prefix: 'a b' })).toThrowError(InvalidUriError, /^bind\(\): prefix/);
    expect(binding(new One(), { prefix: 'com.<tenant>' })).toThrowError(TypeError, /must have no named parts/);
    expect(binding(new One(), { prefix: 5 })).toThrowError(
      TypeError,
      'bind(): prefix must be a string, got the number 5',
    );
    expect(binding(new One(), { onFailure: 'go on' })).toThrowError(TypeError, /onFailure must be 'end' or 'continue'/);
    expect(binding(new One(), { register: { invoked: 'first' } })).toThrowError(TypeError, /unknown option 'invoked'/);
    expect(binding(new One(), { register: 5 })).toThrowError(TypeError, /register must be an object/);
    expect(binding(new One(), { prefx: 'com' })).toThrowError(TypeError, /unknown option 'prefx'/);
  });

  it('options that a function returns and that cannot be right', () => {
    class Asking {
      @Procedure('com.price', () => ({ invoke: 'sometimes' as never }))
      price(): void {}
    }
    expect(binding(new Asking())).toThrowError(TypeError, /^register\("com.price"\): invoke must be one of/);
    class Silent {
      @Procedure('com.price', () => undefined as never)
      price(): void {}
    }
    expect(binding(new Silent())).toThrowError(
      TypeError,
      '@Procedure("com.price"): options must be an object, got nothing',
    );
  });

  it('nothing of what the legacy dialect decorates', () => {
    class Shop {
      price(_: Invocation, { id }: { id: number }): number {
        return id;
      }
    }
    legacy(Shop.prototype, 'price', Procedure('com.<id:int>'));
    legacy(Shop.prototype, 'price', Topic('com.price'));
    const { wamp, wire } = joined();
    bind(wamp, new Shop()).subscribe();
    expect(wire.take(32).slice(2)).toEqual([{}, 'com.price']);
    expect(wire.take(64).slice(2)).toEqual([{ match: 'wildcard' }, 'com.']);
    wire.send([65, 2, 9], [68, 1, 9, { procedure: 'com.7' }], [68, 2, 9, {}]);
    expect(wire.rest()).toEqual([
      [70, 1, {}, [7]],
      // a router that does not say which procedure was called
      [8, 68, 2, {}, 'wamp.error.invalid_argument', [jasmine.stringContaining('id must be an integer')]],
    ]);
  });
});
