import { map, of, type Observable } from 'rxjs';
import {
  type CallResult,
  type EventOf,
  finalResult,
  type HandlerOf,
  type Invocation,
  type Open,
  type Registration,
  type Result,
  result,
  type Session,
  type SubscribeOptions,
  type Wamp,
  WampClient,
  type WampEvent,
} from '../../src/index.ts';
import { history, publisher } from '../../src/flow/index.ts';
import { countSessions } from '../../src/meta/index.ts';

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Takes a value whose type is exactly the one that is named. */
const exactly =
  <Expected>() =>
  <Actual>(value: Actual, ..._: Same<Actual, Expected> extends true ? [] : [never]): Actual =>
    value;

interface Item {
  readonly name: string;
  readonly price: number;
}
/** An interface has no index signature of its own: it must do all the same. */
interface Search {
  readonly name: string;
  readonly limit?: number;
}

interface ShopApi {
  procedures: {
    'com.shop.add': { args: [a: number, b: number]; result: number };
    'com.shop.find': { kwargs: Search; result: readonly Item[] };
    'com.shop.order': { args: [item: string, count?: number]; kwargs?: { note?: string }; result: undefined };
    'com.shop.scan': { args: [path: string]; progress: string; result: number };
    'com.shop.split': { args: [n: number]; result: Result<[whole: number, rest: number], { exact: boolean }> };
    'com.shop.ping': object;
    'com.shop.close'(): void;
    'com.shop.twice'(n: number): Promise<number>;
  };
  topics: {
    'com.shop.price': { args: [item: Item] };
    'com.shop.stock.tea': { args: [count: number]; kwargs: { shelf: string } };
    'com.shop.stock.milk': { args: [count: number, litres: boolean] };
    'com.shop.opened': object;
  };
  errors: {
    'com.shop.error.sold_out': { args: [item: string]; kwargs: { until: number } };
  };
}

/** Compiled, never run: calls. */
function calls(wamp: WampClient<ShopApi>, session: Session<ShopApi>): void {
  const sum = wamp.call('com.shop.add', [2, 3]);
  sum.subscribe(({ value, args, kwargs, progress, details }) => {
    exactly<number>()(value);
    exactly<readonly [value: number]>()(args);
    exactly<Readonly<Record<string, unknown>>>()(kwargs);
    exactly<false>()(progress);
    exactly<string>()(details.procedure);
  });
  wamp.call('com.shop.add', [2, 3], {}, { timeout: 5 });
  wamp.call('com.shop.add', [2, 3], undefined, { timeout: 5, x_trace: 1 });
  wamp.call('com.shop.add', { args: [2, 3], cancelMode: 'kill', x_trace: 1 });
  wamp.call('com.shop.add', of([1, 2] as const, [3, 4] as const));
  session.call('com.shop.add', [2, 3]).subscribe(({ value }) => exactly<number>()(value));
  // @ts-expect-error one argument is missing
  wamp.call('com.shop.add', [2]);
  // @ts-expect-error one argument is of another type
  wamp.call('com.shop.add', [2, '3']);
  // @ts-expect-error it has arguments
  wamp.call('com.shop.add');
  // @ts-expect-error it has no keyword arguments
  wamp.call('com.shop.add', [2, 3], { exact: true });
  // @ts-expect-error no such option
  wamp.call('com.shop.add', [2, 3], {}, { timeuot: 5 });
  // @ts-expect-error no such mode
  wamp.call('com.shop.add', { args: [2, 3], cancelMode: 'gently' });
  // @ts-expect-error one argument is of another type
  wamp.call('com.shop.add', { args: [2, '3'] });
  // @ts-expect-error the contract does not know it
  wamp.call('com.shop.ad', [2, 3]);
  // @ts-expect-error the contract does not know it, whatever is said of its result
  wamp.call<number>('com.shop.ad', [2, 3]);
  // @ts-expect-error a topic is no procedure
  wamp.call('com.shop.price');
  // @ts-expect-error a session does not know it either
  session.call('com.shop.ad', [2, 3]);

  wamp.call('com.shop.find', [], { name: 'tea' }).subscribe(({ value }) => exactly<readonly Item[]>()(value));
  wamp.call('com.shop.find', { kwargs: { name: 'tea', limit: 3 } });
  // @ts-expect-error its keyword arguments are required
  wamp.call('com.shop.find', []);
  // @ts-expect-error one of them is
  wamp.call('com.shop.find', [], { limit: 3 });
  // @ts-expect-error one of them is
  wamp.call('com.shop.find', { kwargs: { limit: 3 } });
  // @ts-expect-error there is no such one
  wamp.call('com.shop.find', [], { name: 'tea', colour: 'green' });

  wamp.call('com.shop.order', ['tea']).subscribe(({ value, args }) => {
    exactly<undefined>()(value);
    exactly<readonly []>()(args);
  });
  wamp.call('com.shop.order', ['tea', 2], { note: 'soon' });

  wamp.call('com.shop.split', [7]).subscribe(({ value, args: [whole, rest], kwargs: { exact } }) => {
    exactly<number>()(value);
    exactly<number>()(whole);
    exactly<number>()(rest);
    exactly<boolean>()(exact);
  });
  wamp.call('com.shop.ping').subscribe(({ value }) => exactly<undefined>()(value));
  wamp.call('com.shop.close').subscribe(({ value }) => exactly<undefined>()(value));
  wamp.call('com.shop.twice', [2]).subscribe(({ value }) => exactly<number>()(value));
  // @ts-expect-error a method's arguments are arguments
  wamp.call('com.shop.twice', ['2']);
}

/** Compiled, never run: calls with progress. */
function progress(wamp: WampClient<ShopApi>): void {
  wamp.call('com.shop.scan', ['/']).subscribe(({ value }) => exactly<number>()(value));
  const scan = wamp.call('com.shop.scan', ['/'], {}, { progress: true });
  scan.subscribe((some) => {
    exactly<string | number>()(some.value);
    if (some.progress) exactly<string>()(some.value);
    else exactly<number>()(some.value);
  });
  scan.pipe(finalResult()).subscribe(({ value }) => exactly<number>()(value));
  wamp
    .call('com.shop.scan', { args: ['/'], progress: true })
    .pipe(
      finalResult(),
      map(({ value }) => value),
    )
    .subscribe((value) => exactly<number>()(value));
}

/** Compiled, never run: registering. */
function registering(wamp: WampClient<ShopApi>): void {
  const registration = wamp.register('com.shop.add', ({ args, value, kwargs, signal, input$ }) => {
    exactly<readonly [a: number, b: number]>()(args);
    exactly<number>()(value);
    exactly<Readonly<Record<string, unknown>>>()(kwargs);
    exactly<AbortSignal>()(signal);
    input$.subscribe((chunk) => exactly<readonly [a: number, b: number]>()(chunk.args));
    const [a, b] = args;
    return a + b;
  });
  exactly<Observable<Registration>>()(registration);
  wamp.register('com.shop.add', async ({ args: [a, b] }) => Promise.resolve(a + b), { invoke: 'roundrobin' });
  wamp.register('com.shop.add', ({ args: [a, b] }) => result([a + b]));
  wamp.register('com.shop.add', ({ args: [a, b] }) => of(a, b));
  wamp.register('com.shop.find', ({ kwargs: { name, limit } }) => {
    exactly<string>()(name);
    exactly<number | undefined>()(limit);
    return [];
  });
  wamp.register('com.shop.order', ({ args: [item, count = 1], kwargs: { note } }) => {
    exactly<string>()(item);
    exactly<number>()(count);
    exactly<string | undefined>()(note);
  });
  wamp.register('com.shop.close', () => undefined);
  wamp.register('com.shop.close', () => {
    wamp.publish('com.shop.opened');
  });
  wamp.register('com.shop.scan', ({ args: [path] }) => of(path, result([1])));
  wamp.register('com.shop.split', ({ args: [n] }) => result([n, 0], { exact: true }));
  const add: HandlerOf<ShopApi, 'com.shop.add'> = ({ args: [a, b] }) => a + b;
  wamp.register('com.shop.add', add);
  // @ts-expect-error it returns something else
  wamp.register('com.shop.add', ({ args: [a, b] }) => `${a}${b}`);
  // @ts-expect-error later, too
  wamp.register('com.shop.add', async ({ args: [a, b] }) => Promise.resolve(`${a}${b}`));
  // @ts-expect-error one of several values is of another type
  wamp.register('com.shop.split', ({ args: [n] }) => result([n, '0'], { exact: true }));
  // @ts-expect-error progress is of another type
  wamp.register('com.shop.scan', () => of(true, result([1])));
  // @ts-expect-error the handler wants other arguments
  wamp.register('com.shop.add', ({ args: [a] }: Invocation<string, [string]>) => a.length);
  // @ts-expect-error the contract does not know it
  wamp.register('com.shop.ad', () => 1);
  // patterns serve procedures of any kind
  wamp.register('com.shop.', ({ args }) => exactly<readonly unknown[]>()(args), { match: 'prefix' });
}

/** Compiled, never run: topics. */
function topics(wamp: WampClient<ShopApi>, options: SubscribeOptions): void {
  wamp.subscribe('com.shop.price', { getRetained: true }).subscribe(({ value, args, details }) => {
    exactly<Item>()(value);
    exactly<readonly [item: Item]>()(args);
    exactly<string>()(details.topic);
  });
  wamp.subscribe('com.shop.price', options);
  wamp.subscribe('com.shop.stock.tea').subscribe(({ kwargs: { shelf } }) => exactly<string>()(shelf));
  const show = (event: EventOf<ShopApi, 'com.shop.price'>): string => event.value.name;
  wamp.subscribe('com.shop.price').subscribe(show);
  // what takes any event takes these
  const any = (event: WampEvent): unknown => event.kwargs['shelf'];
  wamp.subscribe('com.shop.stock.tea').subscribe(any);
  // @ts-expect-error the contract does not know it
  wamp.subscribe('com.shop.prices');
  // @ts-expect-error no such option
  wamp.subscribe('com.shop.price', { retained: true });

  // patterns: of the topics that they match, else anything
  wamp.subscribe('com.shop.stock.', { match: 'prefix' }).subscribe((event) => {
    exactly<EventOf<ShopApi, 'com.shop.stock.tea'> | EventOf<ShopApi, 'com.shop.stock.milk'>>()(event);
    exactly<number>()(event.value);
  });
  wamp.subscribe('com..stock.tea', { match: 'wildcard' }).subscribe(({ value }) => exactly<number>()(value));
  wamp.subscribe('com.shop..milk', { match: 'wildcard' }).subscribe(({ args }) => exactly<boolean>()(args[1]));
  wamp.subscribe('org.', { match: 'prefix' }).subscribe((event) => exactly<WampEvent>()(event));
  // @ts-expect-error it is no pattern
  wamp.subscribe('com.shop.stock.', { match: 'exact' });

  wamp.publish('com.shop.price', [{ name: 'tea', price: 3 }]);
  wamp.publish('com.shop.price', { args: [{ name: 'tea', price: 3 }], excludeMe: false });
  wamp.publish('com.shop.price', [{ name: 'tea', price: 3 }], {}, { acknowledge: true });
  wamp.publish('com.shop.stock.tea', [3], { shelf: 'A' });
  wamp.publish('com.shop.opened');
  // @ts-expect-error the price is missing
  wamp.publish('com.shop.price', [{ name: 'tea' }]);
  // @ts-expect-error the keyword arguments are missing
  wamp.publish('com.shop.stock.tea', [3]);
  // @ts-expect-error it carries nothing
  wamp.publish('com.shop.opened', [1]);
  // @ts-expect-error the contract does not know it
  wamp.publish('com.shop.closed');
  // @ts-expect-error ids are numbers
  wamp.publish('com.shop.opened', [], {}, { exclude: 'me' });
}

/** Compiled, never run: a contract that does not know all. */
function open(wamp: WampClient<Open<ShopApi>>): void {
  wamp.call('com.shop.add', [2, 3]).subscribe(({ value }) => exactly<number>()(value));
  const other = wamp.call<string>('com.other.name', ['any', 1], { kind: 'thing' });
  exactly<Observable<CallResult<string>>>()(other);
  exactly<Observable<WampEvent<Item>>>()(wamp.subscribe<Item>('com.other.topic'));
  exactly<Observable<WampEvent>>()(wamp.subscribe('com.shop.stock.', { match: 'prefix' }));
  exactly<Observable<WampEvent<Item>>>()(wamp.subscribe<Item>('com.shop.stock.', { match: 'prefix' }));
  wamp.register('com.other.name', ({ args }) => args.length);
  wamp.publish('com.other.topic', [1]);
  // @ts-expect-error what it knows it insists on
  wamp.call('com.shop.add', [2]);
  // @ts-expect-error of a topic, too
  wamp.publish('com.shop.price', [1]);
  // @ts-expect-error and of what a handler returns
  wamp.register('com.shop.add', () => 'x');
}

/** Compiled, never run: without a contract, and what takes clients of any kind. */
function untyped(plain: WampClient, typed: WampClient<ShopApi>, half: WampClient<Open<ShopApi>>): void {
  exactly<Observable<CallResult>>()(plain.call('com.any'));
  exactly<Observable<CallResult<number>>>()(plain.call<number>('com.any', [1], { a: 1 }, { progress: true }));
  exactly<Observable<WampEvent<Item>>>()(plain.subscribe<Item>('com.any.', { match: 'prefix' }));
  const helper = (wamp: Wamp): Observable<CallResult> => wamp.call('com.any');
  const other = (wamp: WampClient): Observable<Session> => wamp.session$;
  for (const wamp of [plain, typed, half]) {
    helper(wamp);
    other(wamp);
  }
  history<Item>(typed, 'com.shop.price');
  publisher(typed, 'com.shop.price');
  countSessions(typed);
  typed.session$.subscribe((session) => {
    exactly<Session<ShopApi>>()(session);
    helper(session);
  });
  exactly<Observable<Session<ShopApi>>>()(typed.connect());
  // @ts-expect-error what has no contract does not fulfil one
  const wrong: WampClient<ShopApi> = plain;
  exactly<WampClient<ShopApi>>()(wrong);
  exactly<WampClient<ShopApi>>()(new WampClient<ShopApi>({ realm: 'realm1', url: 'ws://localhost' }));
  const generic = <Api>(wamp: WampClient<Api>): Observable<CallResult> => helper2(wamp);
  const helper2 = (wamp: Wamp): Observable<CallResult> => wamp.call('com.any');
  generic(typed);
}

describe('a contract', () => {
  it('types every verb, and refuses what it does not say', () => {
    // compiling this file is the proof: `npm run types`
    for (const compiled of [calls, progress, registering, topics, open, untyped]) {
      expect(typeof compiled).toBe('function');
    }
  });
});
