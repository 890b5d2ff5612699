/* oxlint-disable typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument,
   typescript/no-unsafe-return -- without a contract the compiler knows nothing of what is below rpc() */
import { firstValueFrom, from, isObservable, mergeMap, of, type Observable } from 'rxjs';
import {
  type CallResult,
  type Open,
  result,
  type Result,
  type Session,
  type Wamp,
  WampClient,
} from '../../src/index.ts';
import { kwargs, proxy, rpc } from '../../src/contract/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { provided } from '../helpers/live.ts';
import { joined } from '../helpers/wire.ts';

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Takes a value whose type is exactly the one that is named. */
const exactly =
  <Expected>() =>
  <Actual>(value: Actual, ..._: Same<Actual, Expected> extends true ? [] : [never]): Actual =>
    value;

interface ShopApi {
  procedures: {
    'com.shop.add': { args: [a: number, b: number]; result: number };
    'com.shop.find': { args: [name: string, page?: number]; kwargs: { limit: number }; result: string[] };
    'com.shop.order': { args: [item: string, count?: number]; kwargs?: { note?: string } };
    'com.shop.scan': { args: [path: string]; progress: string; result: number };
    'com.shop.scan.stop': object;
    'com.shop.split': { args: [n: number]; result: Result<[whole: number, rest: number], { exact: boolean }> };
    'org.other.name': { result: string };
  };
}

interface MathApi {
  add(a: number, b: number): number;
  later(a: number): Promise<string>;
  stream(): Observable<boolean>;
  deep: { down(name: string): void };
  described: { args: [number]; result: string };
}

/** Compiled, never run. */
function typed(
  wamp: WampClient<ShopApi>,
  open: WampClient<Open<ShopApi>>,
  plain: Wamp,
  session: Session<ShopApi>,
): void {
  const { shop } = rpc(wamp).com;
  exactly<Observable<number>>()(shop.add(2, 3));
  exactly<Observable<number>>()(shop.add(2, 3, kwargs({}, { timeout: 5 })));
  exactly<Observable<number>>()(rpc(session).com.shop.add(2, 3));
  exactly<Observable<string[]>>()(shop.find('tea', kwargs({ limit: 3 })));
  exactly<Observable<string[]>>()(shop.find('tea', 2, kwargs({ limit: 3 })));
  exactly<Observable<undefined>>()(shop.order('tea'));
  exactly<Observable<undefined>>()(shop.order('tea', 2, kwargs({ note: 'soon' })));
  exactly<Observable<number>>()(shop.scan('/'));
  exactly<Observable<number | string>>()(shop.scan('/', kwargs({}, { progress: true })));
  exactly<Observable<undefined>>()(shop.scan.stop());
  shop.split(7).subscribe(({ args: [, rest], kwargs: { exact } }) => {
    exactly<number>()(rest);
    exactly<boolean>()(exact);
  });
  exactly<Observable<string>>()(rpc(wamp).org.other.name());
  // @ts-expect-error one argument is missing
  shop.add(2);
  // @ts-expect-error one argument is of another type
  shop.add(2, '3');
  // @ts-expect-error its keyword arguments are required
  shop.find('tea');
  // @ts-expect-error one of them is
  shop.find('tea', kwargs({}));
  // @ts-expect-error the contract does not know it
  shop.ad(2, 3);
  // @ts-expect-error the contract knows nothing below
  rpc(wamp).net.add();
  // @ts-expect-error no such option
  shop.add(2, 3, kwargs({}, { timeuot: 5 }));
  exactly<Observable<number>>()(rpc(open).com.shop.add(2, 3));

  // below a prefix: the client's contract, an interface of methods, or nothing that is known
  exactly<Observable<number>>()(proxy(wamp, 'com.shop').add(2, 3));
  exactly<Observable<number>>()(proxy(wamp, 'com').shop.add(2, 3));
  exactly<Observable<number>>()(proxy(wamp, 'com.shop.scan')('/'));
  // @ts-expect-error the contract does not know it
  proxy(wamp, 'com.shop').ad(2, 3);
  const math = proxy<MathApi>(plain, 'com.example');
  exactly<Observable<number>>()(math.add(2, 3));
  exactly<Observable<string>>()(math.later(2));
  exactly<Observable<boolean>>()(math.stream());
  exactly<Observable<undefined>>()(math.deep.down('x'));
  exactly<Observable<string>>()(math.described(1));
  exactly<Observable<number>>()(proxy<{ procedures: MathApi }>(wamp, 'com.example').add(2, 3));
  // @ts-expect-error one argument is of another type
  math.add(2, '3');
  // @ts-expect-error there is no such method
  math.sub(2, 3);
  const any: Observable<string> = rpc(plain).com.any.thing(1, 'a');
  const other: Observable<string> = proxy(plain, 'com.any').thing(1, 'a');
  exactly<Observable<string>[]>()([any, other]);
}

describe('rpc()', () => {
  it('is typed by the contract of the client, or by an interface', () => {
    // compiling this file is the proof: `npm run types`
    expect(typeof typed).toBe('function');
  });

  it('calls the procedure that its properties spell, once for each subscriber, and not before', () => {
    const { wamp, wire } = joined();
    const sum = rpc(wamp).com.example.add(2, 3);

    expect(wire.rest()).toEqual([]);
    const first = record(sum);
    record(sum);
    expect(wire.rest()).toEqual([
      [48, 1, {}, 'com.example.add', [2, 3]],
      [48, 2, {}, 'com.example.add', [2, 3]],
    ]);
    wire.send([50, 1, {}, [5]]);
    expect(first.values).toEqual([5]);
    expect(first.completed).toBeTrue();
  });

  it('cancels the call when it is unsubscribed', () => {
    const { wamp, wire } = joined();
    record(rpc(wamp).com.example.slow()).unsubscribe();

    expect(wire.rest()).toEqual([
      [48, 1, {}, 'com.example.slow'],
      [49, 1, { mode: 'killnowait' }],
    ]);
  });

  it('sends keyword values and options that are given last', () => {
    const { wamp, wire } = joined();
    record(rpc(wamp).com.example.find('tea', kwargs({ timeout: 3 }, { discloseMe: true })));
    record(rpc(wamp).com.example.find(kwargs({ timeout: 4 })));

    expect(wire.rest()).toEqual([
      [48, 1, { disclose_me: true }, 'com.example.find', ['tea'], { timeout: 3 }],
      [48, 2, {}, 'com.example.find', [], { timeout: 4 }],
    ]);
    expect(() => rpc(wamp).com.example.find(kwargs({}, { timeuot: 3 } as object))).toThrowError(TypeError, /timeuot/);
  });

  it('emits the one value of a result, undefined for an empty one, the whole where there is more', () => {
    const { wamp, wire } = joined();
    const answered = (...payload: unknown[]): unknown => {
      const call = record(rpc(wamp).com.example.f());
      wire.send([50, wire.take(48)[1], {}, ...payload]);
      return call.values[0];
    };

    expect(answered([5])).toBe(5);
    expect(answered([[1, 2]])).toEqual([1, 2]);
    expect(answered()).toBeUndefined();
    expect((answered([1, 2]) as CallResult).args).toEqual([1, 2]);
    expect((answered([1], { exact: true }) as CallResult).kwargs).toEqual({ exact: true });
    expect((answered([], { exact: true }) as CallResult).kwargs).toEqual({ exact: true });
    // as wampy's callees answer
    expect(answered(['hi'], { message: 'hi', meta: { procedure_name: 'f', session_id: 7 } })).toBe('hi');
    const other = answered(['hi'], { message: 'ho', meta: {} }) as CallResult;
    expect(other.kwargs).toEqual({ message: 'ho', meta: {} });
  });

  it('emits progress where it is asked for, and errors as the call does', async () => {
    const router = createTestRouter();
    const wamp = new WampClient({ realm: 'realm1', transports: [router.transport()] });
    await provided(wamp, 'com.example.count', () => of(1, 2, result([3])));

    const count = record(rpc(wamp).com.example.count(kwargs({}, { progress: true })));
    await count.done();
    expect(count.values).toEqual([1, 2, 3]);
    expect(await firstValueFrom(rpc(wamp).com.example.count())).toBe(3);
    await expectAsync(firstValueFrom(rpc(wamp).com.example.missing())).toBeRejectedWithError(
      /com\.example\.missing: wamp\.error\.no_such_procedure/,
    );
    await wamp.close();
  });

  it('works on a session, too', () => {
    const { session, wire } = joined();
    record(rpc(session).com.example.add(1));

    expect(wire.rest()).toEqual([[48, 1, {}, 'com.example.add', [1]]]);
  });

  it('takes names that functions have for components, and several at once', () => {
    const { wamp, wire } = joined();
    const { app } = rpc(wamp).com;
    for (const call of [app.name, app.length, app.call, app.apply, app.bind, app.subscribe, app['deep.down']]) {
      record(call());
    }

    expect(wire.rest().map((message) => message[3])).toEqual(
      ['name', 'length', 'call', 'apply', 'bind', 'subscribe', 'deep.down'].map((name) => `com.app.${name}`),
    );
  });

  it('refuses what is no URI, and what is no client', () => {
    const { wamp } = joined();

    expect(() => rpc(wamp).com['a b']()).toThrowError(/expected a URI.*"com\.a b"/);
    expect(() => rpc(wamp)()).toThrowError(/expected a URI/);
    expect(() => rpc({} as Wamp)).toThrowError(TypeError, 'rpc(): expected a WampClient or a Session, got an object');
    expect(() => rpc(undefined as unknown as Wamp)).toThrowError(TypeError, /got nothing/);
  });

  it('is no trap for what looks at any value', async () => {
    const { wamp, wire } = joined();
    const node = rpc(wamp).com.example as Record<string | symbol, unknown>;

    // Promises, streams, iteration
    expect(await Promise.resolve(node)).toBe(node);
    expect(await firstValueFrom(from([node]).pipe(mergeMap(async (same) => Promise.resolve(same))))).toBe(node);
    expect(isObservable(node)).toBeFalse();
    expect(() => from(node as unknown as Observable<unknown>)).toThrowError(TypeError, /where a stream was expected/);
    expect(() => [...(node as unknown as Iterable<unknown>)]).toThrowError(TypeError);
    // texts
    expect(String(node as unknown)).toBe('rpc(com.example)');
    expect(`<${node as unknown as string}>`).toBe('<rpc(com.example)>');
    expect(JSON.stringify({ node })).toBe('{"node":"rpc(com.example)"}');
    expect(Object.prototype.toString.call(node)).toBe('[object Function]');
    expect((node as { valueOf(): unknown }).valueOf()).toBe(node);
    // comparison and reflection
    expect(node).toEqual(node);
    expect(node).not.toEqual({});
    expect(Object.keys(node)).toEqual([]);
    expect('then' in node).toBeFalse();
    expect(node[Symbol.iterator]).toBeUndefined();
    expect(node['ngOnDestroy']).toBeUndefined();
    expect(node['ɵprov']).toBeUndefined();
    expect(node['asymmetricMatch']).toBeUndefined();
    // templates compare by identity
    expect(node['add']).toBe(node['add']);
    expect(() => {
      node['add'] = 1;
    }).toThrowError(TypeError);
    // and nothing of it called anything
    expect(wire.rest()).toEqual([]);
  });
});

describe('proxy()', () => {
  it('calls the procedures below its prefix', () => {
    const { wamp, wire } = joined();
    const math = proxy<MathApi>(wamp, 'com.example');
    const sum = record(math.add(2, 3));
    record(math.deep.down('x'));
    record(proxy(wamp, 'com.example.add')(1));

    expect(wire.rest()).toEqual([
      [48, 1, {}, 'com.example.add', [2, 3]],
      [48, 2, {}, 'com.example.deep.down', ['x']],
      [48, 3, {}, 'com.example.add', [1]],
    ]);
    wire.send([50, 1, {}, [5]]);
    expect(sum.values).toEqual([5]);
  });

  it('refuses what is no URI, and what is no client', () => {
    const { wamp } = joined();

    expect(() => proxy<MathApi>(wamp, 'com example')).toThrowError(/proxy\(\): prefix: expected a URI/);
    expect(() => proxy<MathApi>({} as Wamp, 'com.example')).toThrowError(
      TypeError,
      /^proxy\(\): expected a WampClient/,
    );
  });
});
