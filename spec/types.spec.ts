import { of, type Observable } from 'rxjs';
import {
  type CallResult,
  finalResult,
  type Publication,
  type Registration,
  result,
  type Session,
  type Status,
  type SubscribeOptions,
  type Wamp,
  WampClient,
  type WampEvent,
} from '../src/index.ts';
import { distinctPublications, history, type HistoryEvent, withHistory } from '../src/flow/index.ts';
import {
  countSessions,
  killSession,
  listSessions,
  lookupSubscription,
  type MetaSession,
  sessions$,
  subscribers$,
  testament,
  type TestamentInForce,
  awaitRegistration,
} from '../src/meta/index.ts';
import { exactly } from './helpers/exactly.ts';

interface Price {
  readonly item: string;
  readonly price: number;
}

/** Compiled, never run: what an application may write, and what the compiler must refuse. */
function uses(wamp: WampClient, session: Session, options: SubscribeOptions): void {
  // generics flow to the value
  const prices = wamp.subscribe<Price>('com.shop.price', options);
  exactly<Observable<WampEvent<Price>>>()(prices);
  prices.subscribe(({ value, args, kwargs, details }) => {
    exactly<Price>()(value);
    exactly<readonly unknown[]>()(args);
    exactly<Readonly<Record<string, unknown>>>()(kwargs);
    exactly<number | undefined>()(details.publisher);
    exactly<string>()(details.topic);
    // @ts-expect-error what arrived is read only
    args[0] = 1;
    // @ts-expect-error wire names never reach the application
    exactly<unknown>()(details.publisher_authid);
  });

  // calls: a list, a stream of lists, or one object with the options
  const sum = wamp.call<number>('com.calc.add', [2, 3], undefined, { timeout: 5, progress: true });
  exactly<Observable<CallResult<number>>>()(sum);
  wamp.call('com.calc.sum', of([1], [2]), { start: 0 });
  wamp.call('com.calc.sum', { args: of([1]), kwargs: { start: 0 }, cancelMode: 'kill', x_trace: 7 });
  wamp
    .call<number>('com.calc.add')
    .pipe(finalResult())
    .subscribe((final) => {
      exactly<number>()(final.value);
    });
  // @ts-expect-error a value is not a list of arguments
  wamp.call('com.calc.add', 5);
  // @ts-expect-error no such mode
  wamp.call('com.calc.add', [], {}, { cancelMode: 'gently' });
  // @ts-expect-error the wire's name of an option
  wamp.call('com.calc.add', [], {}, { disclose_me: true });

  // registering: a handler may answer in any form
  const registration = wamp.register('com.calc.add', ({ args, signal, input$ }) => {
    exactly<readonly unknown[]>()(args);
    exactly<AbortSignal>()(signal);
    input$.subscribe();
    return result([1, 2], { exact: true });
  });
  exactly<Observable<Registration>>()(registration);
  wamp.register('com.calc.later', async () => Promise.resolve(1), { invoke: 'roundrobin', concurrency: 2 });
  wamp.register('com.calc.count', () => of(1, 2));
  // @ts-expect-error a handler is a function
  wamp.register('com.calc.add', 5);

  const publication = wamp.publish(
    'com.shop.price',
    [{ item: 'tea', price: 3 }],
    {},
    { acknowledge: true, exclude: 7 },
  );
  exactly<Observable<Publication>>()(publication);
  wamp.publish('com.shop.price', { args: [1], excludeMe: false });
  // @ts-expect-error ids are numbers
  wamp.publish('com.shop.price', [], {}, { exclude: 'me' });

  // what is undefined counts as left out, and interfaces do as well as literals
  interface Pattern {
    readonly match: 'prefix';
  }
  interface Point {
    readonly x: number;
  }
  const pattern: Pattern = { match: 'prefix' };
  const point: Point = { x: 1 };
  const maybe = pattern.match.length > 9 ? 5 : undefined;
  wamp.subscribe('com.shop.', pattern);
  wamp.call('com.calc.add', [], point, { timeout: maybe });
  wamp.call('com.calc.add', { kwargs: point, deadline: maybe });
  wamp.publish('com.shop.price', [], point, { x_trace: maybe });

  // helpers take either
  const helper = (any: Wamp): unknown => any.call('com.app.f');
  helper(wamp);
  helper(session);
}

/** What belongs to the meta API and to history. */
function meta(wamp: WampClient, session: Session): void {
  exactly<Observable<number>>()(countSessions(wamp));
  exactly<Observable<readonly number[]>>()(listSessions(session, { authroles: ['user'] }));
  exactly<Observable<number | null>>()(lookupSubscription(wamp, 'com.app.', { match: 'prefix' }));
  exactly<Observable<void>>()(killSession(wamp, 1, { reason: 'com.app.out' }));
  exactly<Observable<readonly MetaSession[]>>()(sessions$(wamp, { concurrency: 4 }));
  exactly<Observable<readonly number[]>>()(subscribers$(wamp, 'com.app.topic', { refresh: of(1) }));
  exactly<Observable<number>>()(awaitRegistration(wamp, 'com.app.add'));
  exactly<Observable<TestamentInForce>>()(testament(wamp, 'com.app.left', [1], {}, { scope: 'detached', x_own: 1 }));
  sessions$(wamp).subscribe(([one]) => {
    exactly<string | undefined>()(one?.authid);
    // @ts-expect-error what is reported is read only
    if (one) one.authid = 'joe';
  });
  // @ts-expect-error a role is in a list
  listSessions(wamp, { authroles: 'user' });
  // @ts-expect-error no such scope
  testament(wamp, 'com.app.left', [], {}, { scope: 'gone' });

  const past = history<Price>(wamp, 'com.shop.price', {
    limit: 3,
    fromTime: new Date(),
    untilTime: '2026-01-01T00:00:00Z',
  });
  exactly<Observable<HistoryEvent<Price>>>()(past);
  past.subscribe(({ value, timestamp, details }) => {
    exactly<Price>()(value);
    exactly<Date | undefined>()(timestamp);
    exactly<number>()(details.publication);
  });
  const live: Observable<WampEvent<Price>> = withHistory<Price>(wamp, 'com.shop.price');
  exactly<Observable<WampEvent<Price>>>()(live.pipe(distinctPublications({ size: 10 })));
  // @ts-expect-error the wire's name of a condition
  history(wamp, 'com.shop.price', { from_time: new Date() });
}

/** A client that is closed at the end of the block. */
async function disposed(): Promise<void> {
  await using wamp = new WampClient({ url: 'ws://localhost:8080', realm: 'realm1' });
  wamp.publish('com.app.topic');
}

/** A status narrows by its state to what belongs to it. */
function badge(status: Status): string {
  switch (status.state) {
    case 'waiting':
      return `${status.attempt} ${status.delay ?? ''} ${status.error.message}`;
    case 'joined':
      return `${status.session.id} ${status.healing}`;
    case 'connecting':
      // @ts-expect-error there is no session yet
      return String(status.session);
    default:
      return status.state;
  }
}

describe('types', () => {
  it('let applications write what they mean, and refuse what they cannot', () => {
    // compiling this file is the proof: `npm run types`
    expect(typeof uses).toBe('function');
    expect(typeof meta).toBe('function');
    expect(typeof disposed).toBe('function');
    expect(badge({ state: 'idle' })).toBe('idle');
  });
});
