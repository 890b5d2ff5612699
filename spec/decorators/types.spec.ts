import type { Observable } from 'rxjs';
import {
  bind,
  errorsOf,
  Procedure,
  Topic,
  uriPattern,
  MappedError,
  type Binding,
  type BindingFailure,
} from '../../src/decorators/index.ts';
import { WampClient, type Invocation, type Session, type WampEvent } from '../../src/index.ts';
import { exactly } from '../helpers/exactly.ts';

interface Price {
  readonly item: string;
  readonly price: number;
}

/** Compiled, never run: what an application may write, and what the compiler must refuse. */
function uses(wamp: WampClient, session: Session, text: string): void {
  class Shop {
    policy = 'first' as const;

    @Procedure()
    @Procedure('com.shop.all', { invoke: 'roundrobin', x_own: 1 })
    @Procedure(undefined, { concurrency: 2 })
    @Procedure({ match: 'prefix' })
    @Procedure('com.shop', (shop: Shop) => ({ invoke: shop.policy }))
    @Procedure(text)
    none(): void {}

    @Procedure('com.shop.<sku>.<id:int>')
    parts(invocation: Invocation<Price>, { sku, id }: { readonly sku: string; readonly id: number }): number {
      return invocation.value.price + sku.length + id;
    }

    @Procedure('com.shop.<sku>')
    ignored(_: Invocation): void {}

    @Topic('com.shop.<sku>', { getRetained: 'once' })
    narrower({ value }: WampEvent<Price>, { sku }: { sku: string }): string {
      return value.item + sku;
    }

    @Topic('com.log.<rest:suffix>')
    suffix(_: WampEvent, { rest }: { rest: string }): string {
      return rest;
    }

    @Procedure(text)
    unknownParts(_: Invocation, parts: Readonly<Record<string, string | number>>): unknown {
      return parts['any'];
    }

    @Procedure({ spread: true })
    @Procedure('com.shop.add', { spread: true })
    @Topic('com.shop.add', { spread: true })
    add(a: number, b: number): number {
      return a + b;
    }

    @Procedure('com.<a:int>', { spread: true })
    after({ a }: { a: number }, b: number): number {
      return a + b;
    }

    // @ts-expect-error an integer is a number
    @Procedure('com.<id:int>')
    wrongKind(_: Invocation, { id }: { id: string }): string {
      return id;
    }

    // @ts-expect-error the URI has no such part
    @Topic('com.<id:int>')
    wrongPart(_: WampEvent, { sku }: { id: number; sku: string }): string {
      return sku;
    }

    // @ts-expect-error the URI has no part
    @Topic('com.shop')
    noPart(_: WampEvent, { sku }: { sku: string }): string {
      return sku;
    }

    // @ts-expect-error a procedure is called, a topic has events
    @Procedure('com.shop')
    wrongMessage(_: WampEvent<Price>): void {}

    // @ts-expect-error the arguments are spread
    @Procedure('com.shop')
    notSpread(a: number): number {
      return a;
    }

    // @ts-expect-error the parts come first
    @Procedure('com.<id:int>', { spread: true })
    partsFirst(a: number): number {
      return a;
    }

    // @ts-expect-error no such option of a registration
    @Procedure('com.shop', { getRetained: true })
    // @ts-expect-error no such policy
    @Procedure('com.shop', { invoke: 'always' })
    wrongOptions(): void {}
  }

  exactly<Observable<Binding>>()(bind(wamp, new Shop()));
  exactly<Observable<Binding>>()(bind(session, new Shop(), { prefix: 'com', onFailure: 'end' }));
  bind(wamp, new Shop(), { onFailure: 'continue' }).subscribe((reported) => {
    exactly<Binding | BindingFailure>()(reported);
    if (reported.error === undefined) exactly<number>()(reported.id);
    // @ts-expect-error what failed has no id
    else exactly<number>()(reported.id);
  });
  // @ts-expect-error no such choice
  bind(wamp, new Shop(), { onFailure: 'ignore' });

  exactly<{ readonly sku: string; readonly id: number }>()(uriPattern('com.<sku>.<id:int>').parse('com.a.1'));
  // @ts-expect-error there is no part
  exactly<unknown>()(uriPattern('com.shop').parse('com.shop').sku);
  exactly<Readonly<Record<string, string | number>> | undefined>()(uriPattern(text).match('a'));
  uriPattern('com.<a:str>.<b:string>.<c>').uri({ a: '', b: '', c: '' });
  // @ts-expect-error a part is missing
  uriPattern('com.<a>.<b>').uri({ a: '' });

  @MappedError('com.shop.bad', { match: 'prefix' })
  class Bad extends Error {}
  new WampClient({ realm: 'realm1', url: 'ws://127.0.0.1', errors: errorsOf(Bad) });
  // @ts-expect-error not a class of errors
  errorsOf(Shop);
  // @ts-expect-error not a class of errors
  @MappedError('com.shop.bad')
  class NoError {}
  exactly<typeof NoError>()(NoError);
}

describe('the types of the decorators', () => {
  it('let applications write what they mean, and refuse what they cannot', () => {
    // compiling this file is the proof: `npm run types`
    expect(typeof uses).toBe('function');
  });
});
