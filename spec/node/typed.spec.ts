import { firstValueFrom, type Observable } from 'rxjs';
import {
  type CallResult,
  forEachSession,
  rejoin,
  runClient,
  type Session,
  type SessionRun,
  type Wamp,
  WampClient,
} from '../../src/index.ts';
import { runClients } from '../../src/node/index.ts';
import { whenSession } from '../../src/testing/index.ts';
import { exactly } from '../helpers/exactly.ts';

interface ShopApi {
  procedures: { 'com.shop.add': { args: [a: number, b: number]; result: number } };
}
interface BankApi {
  procedures: { 'com.bank.pay': { args: [amount: number]; result: boolean } };
}

const typedMain = (session: Session<ShopApi>) => session.call('com.shop.add', [2, 3]);
const anyMain = (session: Session): Observable<CallResult<number>> => session.call<number>('com.any');
const helper = (wamp: Wamp): Observable<CallResult<string>> => wamp.call<string>('com.any');

/** Compiled, never run: programs of one client. */
function programs(shop: WampClient<ShopApi>, plain: WampClient): void {
  forEachSession(shop, (session) => {
    exactly<Session<ShopApi>>()(session);
    return session.call('com.shop.add', [2, 3]);
  }).subscribe((run) => {
    exactly<Session<ShopApi>>()(run.session);
    if (run.state === 'settled') exactly<number | undefined>()(run.value?.value);
  });
  // @ts-expect-error the contract does not know it
  forEachSession(shop, (session) => session.call('com.bank.pay', [1]));
  exactly<Observable<SessionRun<number>>>()(forEachSession(plain, (session) => session.id));

  exactly<Observable<number>>()(
    runClient(shop, async (session) => (await firstValueFrom(session.call('com.shop.add', [2, 3]))).value),
  );
  runClient(shop, typedMain, { restart: () => true });
  runClient(shop, anyMain);
  exactly<Observable<CallResult<string>>>()(runClient(shop, helper));
  exactly<Observable<CallResult<number>>>()(runClient(plain, anyMain));
  exactly<Observable<never>>()(runClient(shop));
  // @ts-expect-error it wants a client of the shop
  runClient(plain, typedMain);
  // @ts-expect-error one argument is missing
  runClient(shop, (session) => session.call('com.shop.add', [2]));

  exactly<Observable<Session<ShopApi>>>()(rejoin(shop));
  exactly<Observable<Session>>()(rejoin(plain, { realm: 'realm2' }));
  void exactly<Promise<Session<ShopApi>>>()(whenSession(shop));
}

/** Compiled, never run: the session of a status or an event. */
function states(shop: WampClient<ShopApi>): void {
  if (shop.status.state === 'joined') exactly<Session<ShopApi>>()(shop.status.session);
  shop.status$.subscribe((status) => status.state === 'joined' && exactly<Session<ShopApi>>()(status.session));
  shop.lifecycle$.subscribe((event) => event.type === 'join' && exactly<Session<ShopApi>>()(event.session));
}

/** Compiled, never run: several clients, each with a contract of its own. */
function several(shop: WampClient<ShopApi>, bank: WampClient<BankApi>, plain: WampClient): void {
  runClients([
    [shop, typedMain],
    [bank, (session) => session.call('com.bank.pay', [3])],
    [plain, anyMain, { restart: () => false }],
    [bank, anyMain],
    plain,
    shop,
  ]);
  runClients([anyMain, helper].map((main) => [new WampClient({ realm: 'realm1', url: 'ws://localhost' }), main]));
  runClients([shop, shop].map((client) => [client, typedMain]));
  runClients([]);
  // @ts-expect-error the bank has no such procedure
  runClients([[bank, (session) => session.call('com.shop.add', [2, 3])]]);
  // @ts-expect-error nor can it run a program of the shop
  runClients([[bank, typedMain]]);
}

describe('the programs of a client with a contract', () => {
  it('get sessions that are typed by it', () => {
    // compiling this file is the proof: `npm run types`
    for (const compiled of [programs, states, several]) expect(typeof compiled).toBe('function');
  });
});
