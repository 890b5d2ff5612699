import { firstValueFrom, map, type Observable } from 'rxjs';
import { bind, decorators } from '../../src/decorators/index.ts';
import { WampClient, type Invocation, type Open, type WampEvent } from '../../src/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';

interface ShopApi {
  procedures: {
    'com.shop.add': { args: [a: number, b: number]; result: number };
    'com.shop.scan': { args: [path: string]; progress: string; result: number };
  };
  topics: { 'com.shop.price': { args: [price: number]; kwargs: { unit: string } } };
}

const { Procedure, Topic } = decorators<ShopApi>();

class Shop {
  readonly prices: string[] = [];

  @Procedure('com.shop.add', { spread: true, invoke: 'roundrobin' })
  add(a: number, b: number): number {
    return a + b;
  }

  @Topic('com.shop.price')
  show({ value, kwargs }: WampEvent<number, readonly [number], { readonly unit: string }>): void {
    this.prices.push(`${value} ${kwargs.unit}`);
  }
}

/** Compiled, never run: what the compiler must take, and what it must refuse. */
function uses(wamp: WampClient<ShopApi>, open: WampClient<Open<ShopApi>>): void {
  class Others {
    @Procedure('com.shop.add')
    whole({ args: [a, b] }: Invocation<number, readonly [number, number]>): Promise<number> {
      return Promise.resolve(a + b);
    }

    @Procedure('com.shop.add')
    wider({ args }: Invocation): number {
      return args.length;
    }

    @Procedure('com.shop.scan', { spread: true })
    scan(path: string): Observable<string> {
      return wamp.subscribe('com.shop.price').pipe(map(({ kwargs }) => path + kwargs.unit));
    }

    @Topic('com.shop.price', { spread: true })
    price(price: number): number {
      return price;
    }

    // @ts-expect-error the contract knows no such procedure
    @Procedure('com.shop.sub')
    // @ts-expect-error that is a topic
    @Procedure('com.shop.price')
    // @ts-expect-error that is a procedure
    @Topic('com.shop.add')
    unknown(): number {
      return 0;
    }

    // @ts-expect-error numbers arrive
    @Procedure('com.shop.add', { spread: true })
    wrongArgument(a: string): number {
      return a.length;
    }

    // @ts-expect-error a number is expected
    @Procedure('com.shop.add')
    wrongAnswer(): string {
      return '';
    }

    // @ts-expect-error a number arrives
    @Topic('com.shop.price')
    wrongEvent({ value }: WampEvent<string, readonly [string]>): string {
      return value;
    }

    // @ts-expect-error no such policy
    @Procedure('com.shop.add', { invoke: 'always' })
    wrongOption(): number {
      return 0;
    }
  }
  bind(wamp, new Others());
  bind(open, new Others());
}

describe('decorators<Api>()', () => {
  it('gives the decorators, with what a contract says of methods known to the compiler', async () => {
    expect(uses).toBeInstanceOf(Function);
    const router = createTestRouter();
    const wamp = new WampClient<ShopApi>({ realm: 'realm1', transports: [router.transport()] });
    const shop = new Shop();
    await new Promise<void>((resolve) => {
      bind(wamp, shop).subscribe(({ pending }) => {
        if (pending === 0) resolve();
      });
    });
    expect((await firstValueFrom(wamp.call('com.shop.add', [2, 3]))).value).toBe(5);
    await firstValueFrom(wamp.publish('com.shop.price', [4], { unit: 'EUR' }, { acknowledge: true, excludeMe: false }));
    expect(shop.prices).toEqual(['4 EUR']);
    await wamp.close();
    await router.close();
  });
});
