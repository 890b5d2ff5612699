/** Exceptions over the wire: `node errors.js`. */
import { catchError, concatMap, from, map, of, switchMap } from 'rxjs';
import { ApplicationError, isApplicationError, remoteErrorOf, runClient, WampClient } from 'rxwamp';
import { awaitRegistration } from 'rxwamp/meta';
import { router } from './router.ts';

class OutOfStock extends Error {}

const errors = [[OutOfStock, 'com.shop.error.out_of_stock']] as const; // both ways
const shop = new WampClient({ ...router, errors });
const customer = new WampClient({ ...router, errors });

shop.userErrors$.subscribe(({ context, error }) => console.log(`(the shop: ${context}: ${String(error)})`));
shop
  .register('com.shop.order', ({ args: [item, count] }) => {
    if (item !== 'tea') throw new OutOfStock(`no ${String(item)}`);
    if (Number(count) > 10) throw new ApplicationError('com.shop.error.too_many', [], { limit: 10 });
    if (Number(count) < 1) throw new RangeError('one at least'); // any other: wamp.error.runtime_error
    return `${String(count)} × tea`;
  })
  .subscribe();

const why = (error: unknown): string => {
  if (error instanceof OutOfStock) return `out of stock: ${error.message}`;
  const remote = remoteErrorOf(error); // of a callee written with wampy
  if (remote) return `${remote.remoteApi} raised ${remote.excType}: ${String(remote.value)}`;
  if (isApplicationError(error)) return `${error.uri} ${JSON.stringify([error.args, error.kwargs])}`;
  throw error;
};

const orders = [
  ['com.shop.order', 'tea', 2],
  ['com.shop.order', 'coffee', 1],
  ['com.shop.order', 'tea', 12],
  ['com.shop.order', 'tea', 0],
  ['com.shop.wrap', 'tea'], // somebody else's, perhaps in Python
  ['com.shop.post', 'tea'], // nobody's
] as const;

runClient(customer, (session) =>
  awaitRegistration(session, 'com.shop.order').pipe(
    switchMap(() => from(orders)),
    concatMap(([uri, ...args]) =>
      session.call<string>(uri, args).pipe(
        map(({ value }) => value),
        catchError((error: unknown) => of(why(error))),
      ),
    ),
  ),
).subscribe({ next: (line) => console.log(line), complete: () => void shop.close() });
