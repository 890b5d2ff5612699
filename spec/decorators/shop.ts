// A component as an application writes it. Compiled in every dialect of decorators, so it says nothing that only one knows.
import { NEVER, of, tap, throwError, type Observable } from 'rxjs';
import { Procedure, Topic, MappedError } from '../../src/decorators/index.ts';
import type { WampEvent } from '../../src/session/events.ts';
import type { Invocation } from '../../src/session/events.ts';

/** A decorator of both dialects that puts another function into the method's place. */
export function shouted(...[target, , descriptor]: readonly [unknown, unknown, PropertyDescriptor?]): never {
  const method = (descriptor?.value ?? target) as (...args: unknown[]) => unknown;
  const value = function (this: unknown, ...args: unknown[]): unknown {
    return String(method.apply(this, args)).toUpperCase();
  };
  return (descriptor ? { ...descriptor, value } : value) as never;
}

export class Shop {
  readonly heard: unknown[] = [];
  readonly prices = new Map([['tea', 3]]);
  policy: 'first' | 'last' = 'last';
  subscribed = 0;

  @Procedure()
  hello({ value }: Invocation<string>): string {
    return `hello ${value}`;
  }

  @Procedure('stock.<sku>.price', { invoke: 'roundrobin' })
  price(_: Invocation, { sku }: { readonly sku: string }): number | undefined {
    return this.prices.get(sku);
  }

  @Procedure('order.<id:int>.<state:str>')
  order({ args }: Invocation, parts: { readonly id: number; readonly state: string }): unknown {
    return [parts.id + 1, parts.state, ...args];
  }

  @Procedure({ spread: true })
  add(a: number, b = 10): number {
    return a + b;
  }

  @Procedure('from.<begin:int>', { spread: true })
  from({ begin }: { begin: number }, n: number): number {
    return begin + n;
  }

  @Procedure('first')
  @Procedure('second', (shop: Shop) => ({ invoke: shop.policy }))
  twice(invocation: Invocation): string {
    return invocation.details.procedure;
  }

  @Topic('price.<sku>')
  onPrice({ value, details }: WampEvent<number>, { sku }: { sku: string }): void {
    this.heard.push([sku, value, details.topic]);
  }

  @Topic('log.<rest:suffix>', {
    onSubscribed: () => {
      throw new TypeError('seen');
    },
  })
  onLog(_: WampEvent, { rest }: { rest: string }): void {
    this.heard.push(rest);
  }

  @Topic('pair', { spread: true })
  onPair(...pair: readonly number[]): void {
    this.heard.push(pair);
  }
}

export const SHOP_PROCEDURES = ['hello', 'stock..price', 'order..', 'add', 'from.', 'first', 'second'];
export const SHOP_TOPICS = ['price.', 'log.', 'pair'];

export class Clumsy {
  readonly heard: unknown[] = [];
  unsubscribed = 0;

  @Topic('throws')
  onThrow(): void {
    throw new RangeError('thrown');
  }

  @Topic('rejects')
  onReject(): Promise<never> {
    return Promise.reject(new RangeError('rejected'));
  }

  @Topic('errors')
  onError(): Observable<never> {
    return throwError(() => new RangeError('errored'));
  }

  @Topic('number.<n:int>')
  onNumber(_: WampEvent, { n }: { n: number }): void {
    this.heard.push(n);
  }

  @Topic('runs')
  onRun(): Observable<unknown> {
    return of('ran').pipe(tap((value) => this.heard.push(value)));
  }

  @Topic('goes.on')
  onGo(): Observable<never> {
    return NEVER.pipe(tap({ unsubscribe: () => this.unsubscribed++ }));
  }

  @Procedure()
  fail(): never {
    throw new SoldOut('tea');
  }

  @Procedure('fail.basely')
  failBasely(): never {
    throw new ShopError('closed');
  }
}

export class Base {
  @Procedure()
  inherited(): string {
    return 'base';
  }

  @Procedure()
  overridden(): string {
    return 'base';
  }

  @Procedure('base.redecorated')
  redecorated(): string {
    return 'base';
  }

  @Topic()
  silenced(): void {
    throw new Error('overridden');
  }
}

export class Derived extends Base {
  override overridden(): string {
    return 'derived';
  }

  @Procedure('derived.redecorated')
  override redecorated(): string {
    return `derived of ${super.redecorated()}`;
  }

  override silenced(): void {}
}

export class Wrapped {
  @shouted
  @Procedure()
  above(): string {
    return 'above';
  }

  @Procedure()
  @shouted
  below(): string {
    return 'below';
  }
}

export class WrappedAndOverridden extends Wrapped {
  @Procedure('derived.above')
  override above(): string {
    return 'derived';
  }
}

export class EarlyBase {
  readonly names: readonly string[];
  constructor(names: (instance: object) => readonly string[]) {
    this.names = names(this);
  }

  @Procedure()
  early(): void {}
}

/** Its methods are decorated by the time that the constructor of its base runs. */
export class EarlyDerived extends EarlyBase {
  @Procedure()
  late(): void {}
}

@MappedError('com.shop.error.', { match: 'prefix' })
@MappedError('com.shop.closed')
export class ShopError extends Error {}

@MappedError('com.shop.sold_out')
export class SoldOut extends ShopError {
  get item(): string {
    return this.message;
  }
}

export class Undecorated extends SoldOut {}
