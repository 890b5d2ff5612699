import * as v from 'valibot';
import { firstValueFrom, from, map, of, type Observable } from 'rxjs';
import { z } from 'zod';
import { ApplicationError, type CallResult, define, result, type Wamp, WampClient } from '../../src/index.ts';
import {
  type ApiOf,
  contract,
  type Contract,
  ContractError,
  errorOf,
  isContractError,
  isErrorOf,
  rpc,
  validated,
} from '../../src/contract/index.ts';
import { history } from '../../src/flow/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { provided } from '../helpers/live.ts';
import { joined, type Wire } from '../helpers/wire.ts';
import { oneNumber, schema, slowly } from './schemas.ts';

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Takes a value whose type is exactly the one that is named. */
const exactly =
  <Expected>() =>
  <Actual>(value: Actual, ..._: Same<Actual, Expected> extends true ? [] : [never]): Actual =>
    value;

const shop = contract({
  procedures: {
    'com.shop.add': { args: z.tuple([z.number(), z.number()]), result: z.number() },
    'com.shop.find': {
      kwargs: z.object({ name: z.string(), limit: z.number().default(10) }),
      result: z.array(z.string()),
    },
    'com.shop.when': { args: z.tuple([z.string().transform((text) => new Date(text))]), result: z.coerce.date() },
    'com.shop.split': {
      args: v.tuple([v.number()]),
      result: { args: v.tuple([v.number(), v.number()]), kwargs: v.object({ exact: v.boolean() }) },
    },
    'com.shop.scan': { progress: z.string(), result: z.number() },
    'com.shop.sum': { args: z.tuple([z.number()]), result: z.number() },
    'com.shop.ping': {},
  },
  topics: {
    'com.shop.price': { args: v.tuple([v.object({ item: v.string(), price: v.number() })]) },
    'com.shop.count': { args: z.tuple([z.number()]), kwargs: z.object({ shelf: z.string().optional() }) },
  },
  errors: { 'com.shop.error.sold_out': { args: z.tuple([z.string()]), kwargs: z.object({ until: z.number() }) } },
});
type ShopApi = ApiOf<typeof shop>;

/** Compiled, never run. */
function types(wamp: WampClient<ShopApi>): void {
  // on the wire: what the schemas take
  exactly<Observable<number>>()(wamp.call('com.shop.add', [2, 3]).pipe(map(({ value }) => value)));
  wamp.call('com.shop.find', [], { name: 'tea' }).subscribe(({ value }) => exactly<string[]>()(value));
  wamp.register('com.shop.when', ({ value }) => exactly<string>()(value));
  // @ts-expect-error one argument is of another type
  wamp.call('com.shop.add', [2, '3']);
  // @ts-expect-error its keyword arguments are required
  wamp.call('com.shop.find', []);
  // @ts-expect-error the contract does not know it
  wamp.call('com.shop.ad');

  // at a receiver that checks: what they make of it
  const checked = validated(wamp, shop);
  checked.register('com.shop.when', ({ value }) => {
    exactly<Date>()(value);
    return '2026-01-01';
  });
  checked.call('com.shop.when', ['2026-01-01']).subscribe(({ value }) => exactly<Date>()(value));
  checked.register('com.shop.find', ({ kwargs: { name, limit } }) => {
    exactly<number>()(limit);
    return [name];
  });
  checked.call('com.shop.split', [7]).subscribe(({ args: [, rest], kwargs: { exact } }) => {
    exactly<number>()(rest);
    exactly<boolean>()(exact);
  });
  checked.subscribe('com.shop.price').subscribe(({ value }) => exactly<number>()(value.price));
  exactly<Observable<number>>()(rpc(checked).com.shop.add(2, 3));
  history<number>(checked, 'com.shop.count');
  const plain: Wamp = checked;
  plain.call('com.any');
  // @ts-expect-error one argument is of another type
  checked.call('com.shop.when', [new Date()]);
  // @ts-expect-error the contract does not know it
  checked.subscribe('com.shop.prices');
  // open: the rest is allowed
  const open = validated(wamp, contract({ open: true, topics: { 'com.a': { args: z.tuple([z.number()]) } } }));
  exactly<Observable<CallResult<string>>>()(open.call<string>('com.any'));
  open.subscribe('com.a').subscribe(({ value }) => exactly<number>()(value));

  const error: unknown = undefined;
  if (isErrorOf(wamp, 'com.shop.error.sold_out', error)) {
    exactly<string>()(error.args[0]);
    exactly<number>()(error.kwargs.until);
  }
  errorOf(wamp, 'com.shop.error.sold_out', ['tea'], { until: 5 });
  // @ts-expect-error the payload is missing
  errorOf(wamp, 'com.shop.error.sold_out');
  // @ts-expect-error the contract does not know it
  errorOf(wamp, 'com.shop.error.closed');
}

/** A client that checks, a wire to it, and what it emitted on userErrors$. */
function checking<D extends Contract>(
  by: D,
): {
  checked: Wamp;
  wamp: ReturnType<typeof joined>['wamp'];
  wire: Wire;
  reported: { error: unknown; context: string }[];
} {
  const { wamp, wire } = joined();
  const reported: { error: unknown; context: string }[] = [];
  wamp.userErrors$.subscribe((error) => reported.push(error));
  return { checked: validated(wamp, by), wamp, wire, reported };
}

describe('validated()', () => {
  it('is typed by the contract: on the wire by what schemas take, at the receiver by what they make', () => {
    // compiling this file is the proof: `npm run types`
    expect(typeof types).toBe('function');
  });

  describe('at the callee', () => {
    it('answers arguments that do not fit with invalid_argument, naming argument, expected and received', () => {
      const { checked, wire, reported } = checking(shop);
      const handler = jasmine.createSpy().and.returnValue(5);
      record(checked.register('com.shop.add', handler));
      wire.take(64);
      wire.send([65, 1, 7], [68, 1, 7, {}, [2, 'secret']]);

      const [, , , , uri, args, kwargs] = wire.take(8);
      expect(uri).toBe('wamp.error.invalid_argument');
      expect(args).toEqual(['args[1]: Invalid input: expected number, received string (got a string)']);
      expect(kwargs).toEqual({
        issues: [{ name: 'args[1]', message: 'Invalid input: expected number, received string', received: 'a string' }],
      });
      expect(handler).not.toHaveBeenCalled();
      // a caller's mistake is none of ours
      expect(reported).toEqual([]);
      wire.send([68, 2, 7, {}, [2, 3]]);
      expect(wire.take(70)).toEqual([70, 2, {}, [5]]);
    });

    it('names a missing argument, and several at once', () => {
      const { checked, wire } = checking(shop);
      record(checked.register('com.shop.find', () => []));
      wire.take(64);
      wire.send([65, 1, 7], [68, 1, 7, {}, [], { limit: 'x' }]);

      expect(wire.take(8)[5]).toEqual([
        'kwargs.name: Invalid input: expected string, received undefined (got nothing), ' +
          'kwargs.limit: Invalid input: expected number, received string (got a string)',
      ]);
    });

    it('hands the handler what the schemas made, and all else of the invocation', () => {
      const { checked, wire } = checking(shop);
      const invocations: unknown[] = [];
      record(
        checked.register('com.shop.find', (invocation) => {
          const { args, kwargs, value, details, signal } = invocation;
          invocations.push({ args, kwargs, value, caller: details.caller, signal });
          expect(invocation.toJSON()['kwargs']).toEqual(kwargs);
          return result([['tea']]);
        }),
      );
      record(checked.register('com.shop.when', ({ value }) => (value as Date).toISOString()));
      wire.send([65, 1, 7], [65, 2, 8]);
      wire.send([68, 1, 7, { caller: 9 }, [], { name: 'tea' }], [68, 2, 8, {}, ['2026-01-01']]);

      expect(invocations).toEqual([
        { args: [], kwargs: { name: 'tea', limit: 10 }, value: undefined, caller: 9, signal: jasmine.any(AbortSignal) },
      ]);
      expect(wire.rest().slice(-2)).toEqual([
        [70, 1, {}, [['tea']]],
        [70, 2, {}, ['2026-01-01T00:00:00.000Z']],
      ]);
    });

    it('aborts the signal of the invocation that was called', () => {
      const { checked, wire } = checking(shop);
      let signal: AbortSignal | undefined;
      record(
        checked.register('com.shop.add', (invocation) => {
          ({ signal } = invocation);
          return new Promise(() => undefined);
        }),
      );
      wire.send([65, 1, 7], [68, 1, 7, {}, [2, 3]]);
      expect(signal?.aborted).toBeFalse();
      wire.send([69, 1, { mode: 'killnowait' }]);
      expect(signal?.aborted).toBeTrue();
    });

    it('checks each chunk of a progressive invocation', () => {
      const { checked, wire } = checking(shop);
      const seen: unknown[] = [];
      record(
        checked.register('com.shop.sum', ({ input$ }) =>
          input$.pipe(
            map(({ args: [n] }) => {
              seen.push(n);
              return n;
            }),
          ),
        ),
      );
      wire.send([65, 1, 7], [68, 1, 7, { progress: true }, [1]], [68, 1, 7, { progress: true }, [2]]);
      expect(seen).toEqual([1, 2]);
      wire.send([68, 1, 7, { progress: true }, ['3']]);

      expect(seen).toEqual([1, 2]);
      expect(wire.rest().at(-1)?.slice(0, 5)).toEqual([8, 68, 1, {}, 'wamp.error.invalid_argument']);
    });

    it('looks at nothing that the contract does not name', () => {
      const { checked, wire } = checking(shop);
      record(checked.register('com.shop.ping', ({ args }) => args.length));
      record(checked.register('com.other', ({ args }) => args.length));
      record(checked.register('constructor', ({ args }) => args.length));
      wire.send([65, 1, 7], [65, 2, 8], [65, 3, 9]);
      wire.send([68, 1, 7, {}, [1]], [68, 2, 8, {}, [1, 2]], [68, 3, 9, {}, []]);

      expect(wire.rest().slice(-3)).toEqual([
        [70, 1, {}, [1]],
        [70, 2, {}, [2]],
        [70, 3, {}, [0]],
      ]);
    });

    it('checks what a pattern receives by the procedure that was called', () => {
      const { checked, wire } = checking(shop);
      record(checked.register('com.shop.', () => 'other', { match: 'prefix' }));
      wire.send([65, 1, 7]);
      wire.send([68, 1, 7, { procedure: 'com.shop.add' }, [1]], [68, 2, 7, { procedure: 'com.shop.any' }, [1]]);

      expect(wire.rest().slice(-2)).toEqual([
        [8, 68, 1, {}, 'wamp.error.invalid_argument', jasmine.anything(), jasmine.anything()] as never,
        [70, 2, {}, ['other']],
      ]);
    });

    it('waits for a schema that takes its time, and does not run what was cancelled meanwhile', async () => {
      const slow = slowly(oneNumber);
      const { checked, wire } = checking(contract({ procedures: { 'com.app.f': { args: slow.schema } } }));
      const handler = jasmine.createSpy().and.callFake(() => of(1, 2));
      record(checked.register('com.app.f', handler));
      wire.send([65, 1, 7]);
      wire.take(64);
      wire.send([68, 1, 7, { receive_progress: true }, [1]], [68, 2, 7, {}, ['x']], [68, 3, 7, {}, [3]]);
      expect(handler).not.toHaveBeenCalled();
      wire.send([69, 3, { mode: 'kill' }]);
      expect(wire.rest()).toEqual([[8, 68, 3, {}, 'wamp.error.canceled']]);

      await slow.answer();
      expect(wire.rest()).toEqual([
        [70, 1, { progress: true }, [1]],
        [70, 1, { progress: true }, [2]],
        [70, 1, {}],
      ]);
      await slow.answer();
      expect(wire.take(8)[4]).toBe('wamp.error.invalid_argument');
      await slow.answer();
      expect(handler).toHaveBeenCalledTimes(1);
      expect(wire.rest()).toEqual([]);
    });

    it('answers with what a handler returns after a schema that took its time', async () => {
      const slow = slowly(oneNumber);
      const { checked, wire } = checking(contract({ procedures: { 'com.app.f': { args: slow.schema } } }));
      const returned: unknown[] = [
        undefined,
        5,
        Promise.resolve(6),
        result([7, 8]),
        Promise.resolve(result([], { a: 1 })),
      ];
      record(checked.register('com.app.f', () => returned.shift()));
      wire.send([65, 1, 7]);
      wire.take(64);
      for (const id of [1, 2, 3, 4, 5]) {
        wire.send([68, id, 7, { receive_progress: true }, [1]]);
        await slow.answer();
      }

      expect(wire.rest()).toEqual([
        [70, 1, {}],
        [70, 2, {}, [5]],
        [70, 3, {}, [6]],
        [70, 4, {}, [7, 8]],
        [70, 5, {}, [], { a: 1 }],
      ]);
    });

    it('tells of a schema that fails', () => {
      const broken = schema(() => {
        throw new Error('broken schema');
      });
      const { checked, wire, reported } = checking(contract({ procedures: { 'com.app.f': { args: broken } } }));
      record(checked.register('com.app.f', () => 1));
      wire.send([65, 1, 7], [68, 1, 7, {}, [1]]);

      expect(wire.rest().at(-1)).toEqual([8, 68, 1, {}, 'wamp.error.runtime_error', ['broken schema']]);
      expect(reported.length).toBe(1);
    });
  });

  describe('at the caller', () => {
    it('errors a call whose result does not fit', () => {
      const { checked, wire, reported } = checking(shop);
      const call = record(checked.call('com.shop.add', [2, 3]));
      wire.send([50, 1, {}, ['five']]);

      expect(call.values).toEqual([]);
      expect(isContractError(call.error)).toBeTrue();
      expect(call.error).toEqual(
        jasmine.objectContaining({
          name: 'ContractError',
          uri: 'com.shop.add',
          message:
            'the result of com.shop.add violates the contract: ' +
            'result: Invalid input: expected number, received string (got a string)',
        }),
      );
      expect(reported).toEqual([]);
    });

    it('delivers what the schemas made, with the details that came', () => {
      const { checked, wire } = checking(shop);
      const call = record(checked.call('com.shop.when', ['2026-01-01']));
      wire.send([50, 1, { callee: 9 }, ['2026-01-01']]);

      const [answer] = call.values as [CallResult];
      expect(answer.value).toEqual(new Date('2026-01-01'));
      expect(answer.details.callee).toBe(9);
      expect(answer.progress).toBeFalse();
      expect(answer.toJSON()).toEqual(jasmine.objectContaining({ args: [new Date('2026-01-01')], progress: false }));
      expect(call.completed).toBeTrue();
      // settled before its last value: nothing to cancel
      expect(wire.rest().length).toBe(1);
    });

    it('checks the lists of a result that has several values', () => {
      const { checked, wire } = checking(shop);
      const calls = [1, 2, 3].map(() => record(checked.call('com.shop.split', [7])));
      wire.send([50, 1, {}, [3, 1], { exact: false }], [50, 2, {}, [3, 1], {}], [50, 3, {}, [3], { exact: false }]);

      expect(calls[0]?.values.length).toBe(1);
      expect((calls[1]?.error as ContractError).issues[0]?.name).toBe('kwargs.exact');
      expect((calls[2]?.error as ContractError).issues[0]?.name).toBe('args[1]');
    });

    it('checks progress as such, and cancels a call at what does not fit', () => {
      const { checked, wire } = checking(shop);
      const call = record(checked.call('com.shop.scan', { progress: true }));
      wire.send([50, 1, { progress: true }, ['a']], [50, 1, { progress: true }, [1]]);

      expect((call.values as CallResult[]).map(({ value }) => value)).toEqual(['a']);
      expect(call.error).toBeInstanceOf(ContractError);
      expect(wire.rest().at(-1)).toEqual([49, 1, { mode: 'killnowait' }]);
    });

    it('keeps the order of results that take their time', async () => {
      const slow = slowly((value) => ({ value }));
      const { checked, wire } = checking(contract({ procedures: { 'com.app.f': { result: slow.schema } } }));
      const call = record(checked.call('com.app.f', { progress: true }));
      wire.send([50, 1, { progress: true }, [1]], [50, 1, {}, [2]]);
      expect(slow.waiting).toBe(1);
      await slow.answer();
      expect(call.completed).toBeFalse();
      await slow.answer();

      expect((call.values as CallResult[]).map(({ value }) => value)).toEqual([1, 2]);
      expect(call.completed).toBeTrue();
    });

    it('keeps an error behind progress that is being checked', async () => {
      const slow = slowly((value) => ({ value }));
      const uri = 'com.app.bad';
      for (const errors of [{}, { [uri]: { args: slow.schema } }]) {
        const { checked, wire } = checking(
          contract({ procedures: { 'com.app.f': { progress: slow.schema } }, errors }),
        );
        const call = record(checked.call('com.app.f', { progress: true }));
        const [, request] = wire.take(48) as unknown as [number, number];
        wire.send([50, request, { progress: true }, [1]], [50, request, { progress: true }, [2]]);
        wire.send([8, 48, request, {}, uri, ['late']]);
        expect(call.ended).toBeFalse();
        await slow.answer();
        expect((call.values as CallResult[]).map(({ value }) => value)).toEqual([1]);
        expect(call.ended).toBeFalse();
        await slow.answer();
        if (uri in errors) {
          expect(call.ended).toBeFalse();
          await slow.answer();
        }
        expect((call.values as CallResult[]).map(({ value }) => value)).toEqual([1, 2]);
        expect((call.error as ApplicationError).uri).toBe(uri);
      }
    });

    it('sends no CANCEL for an error that waits, and drops it where the caller leaves', async () => {
      const slow = slowly((value) => ({ value }));
      const { checked, wire } = checking(contract({ procedures: { 'com.app.f': { progress: slow.schema } } }));
      const call = record(checked.call('com.app.f', { progress: true }));
      wire.send([50, 1, { progress: true }, [1]], [8, 48, 1, {}, 'com.app.bad']);
      call.stop();
      await slow.answer();
      expect(call.values).toEqual([]);
      expect(call.error).toBeUndefined();
      expect(wire.rest().length).toBe(1);
    });

    it('passes errors of the contract with what the schemas made, others as they came', () => {
      const { checked, wamp, wire } = checking(shop);
      class SoldOut extends Error {}
      const first = record(checked.call('com.shop.ping'));
      wire.send([8, 48, 1, {}, 'com.shop.error.sold_out', ['tea'], { until: 5, extra: true }]);
      const second = record(checked.call('com.shop.ping'));
      wire.send([8, 48, 2, {}, 'com.other.error', ['tea']]);
      define(wamp, SoldOut, 'com.shop.error.sold_out');
      const third = record(checked.call('com.shop.ping'));
      wire.send([8, 48, 3, {}, 'com.shop.error.sold_out', ['milk'], { until: 6 }]);

      expect(first.error).toBeInstanceOf(ApplicationError);
      expect(first.error).toEqual(jasmine.objectContaining({ args: ['tea'], kwargs: { until: 5 } }));
      expect(isErrorOf(validated(wamp, shop), 'com.shop.error.sold_out', first.error)).toBeTrue();
      expect(isErrorOf(validated(wamp, shop), 'com.shop.error.sold_out', second.error)).toBeFalse();
      expect((second.error as ApplicationError).uri).toBe('com.other.error');
      expect(third.error).toBeInstanceOf(SoldOut);
      expect(isErrorOf(validated(wamp, shop), 'com.shop.error.sold_out', third.error)).toBeTrue();
    });

    it('makes an error that does not fit the cause of one that says so', () => {
      const { checked, wire } = checking(shop);
      const call = record(checked.call('com.shop.ping'));
      wire.send([8, 48, 1, {}, 'com.shop.error.sold_out', ['tea'], { until: 'later' }]);

      const error = call.error as ContractError;
      expect(error).toBeInstanceOf(ContractError);
      expect(error.message).toMatch(
        /^com\.shop\.ping failed, and its error com\.shop\.error\.sold_out violates the contract.*kwargs\.until/,
      );
      expect((error.cause as ApplicationError).uri).toBe('com.shop.error.sold_out');
    });
  });

  describe('at the subscriber', () => {
    it('drops an event that does not fit, tells of it, and goes on', () => {
      const { checked, wire, reported } = checking(shop);
      const events = record(checked.subscribe('com.shop.price'));
      wire.send([33, 1, 7]);
      const price = { item: 'tea', price: 3 };
      wire.send([36, 7, 1, {}, [price]], [36, 7, 2, {}, [{ item: 'tea', price: '3' }]], [36, 7, 3, {}, [price]]);

      expect(events.values.map(({ details }) => details.publication)).toEqual([1, 3]);
      expect(reported.map(({ context }) => context)).toEqual(['event of com.shop.price']);
      expect((reported[0]?.error as Error).message).toBe(
        'an event of com.shop.price violates the contract: ' +
          'args[0].price: Invalid type: Expected number but received "3" (got a string)',
      );
      expect(events.ended).toBeFalse();
    });

    it('delivers what the schemas made, once for each observer, and leaves the event to others as it came', () => {
      const { checked, wamp, wire } = checking(shop);
      const made = record(checked.subscribe('com.shop.count'));
      const raw = record(wamp.subscribe('com.shop.count'));
      wire.send([33, 1, 7], [36, 7, 1, {}, [3], { shelf: 'A', more: true }]);

      expect(made.values[0]?.kwargs).toEqual({ shelf: 'A' });
      expect(made.values[0]?.toJSON()).toEqual(jasmine.objectContaining({ args: [3], kwargs: { shelf: 'A' } }));
      expect(raw.values[0]?.kwargs).toEqual({ shelf: 'A', more: true });
    });

    it('checks what a pattern receives by the topic that was published to', () => {
      const { checked, wire, reported } = checking(shop);
      const events = record(checked.subscribe('com.shop.', { match: 'prefix' }));
      wire.send([33, 1, 7]);
      wire.send(
        [36, 7, 1, { topic: 'com.shop.count' }, ['x']],
        [36, 7, 2, { topic: 'com.shop.any' }, ['x']],
        [36, 7, 3, { topic: 'com.shop.count' }, [1]],
      );

      expect(events.values.map(({ details }) => details.publication)).toEqual([2, 3]);
      expect(reported.length).toBe(1);
    });

    it('keeps the order of events that take their time, and drops those whose schema fails', async () => {
      const slow = slowly((value) => {
        if ((value as unknown[])[0] === 2) throw new Error('broken schema');
        return { value };
      });
      const { checked, wire, reported } = checking(contract({ topics: { 'com.app.t': { args: slow.schema } } }));
      const events = record(checked.subscribe('com.app.t'));
      wire.send([33, 1, 7], [36, 7, 1, {}, [1]], [36, 7, 2, {}, [2]], [36, 7, 3, {}, [3]]);
      expect(events.values).toEqual([]);
      await slow.answer();
      await slow.answer();
      await slow.answer();

      expect(events.values.map(({ value }) => value)).toEqual([1, 3]);
      expect(reported.length).toBe(1);
    });

    it('on a session tells of what it dropped, too', () => {
      const { wamp, session, wire } = joined();
      const reported: unknown[] = [];
      wamp.userErrors$.subscribe(({ error }) => reported.push(error));
      const events = record(validated(session, shop).subscribe('com.shop.count'));
      wire.send([33, 1, 7], [36, 7, 1, {}, ['x']]);

      expect(events.values).toEqual([]);
      expect(reported).toEqual([jasmine.any(ContractError)]);
    });
  });

  it('sends as the client does, and refuses the same', () => {
    const { checked, wire } = checking(shop);
    checked.publish('com.shop.price', [1], {}, { excludeMe: false });

    expect(wire.rest()).toEqual([[16, 1, { exclude_me: false }, 'com.shop.price', [1]]]);
    expect(() => checked.call('a b')).toThrowError(/expected a URI/);
    expect(() => checked.register('com.shop.add', 5 as never)).toThrowError(/handler must be a function/);
    expect(() => checked.subscribe('com.shop.price', { mach: 'prefix' } as never)).toThrowError(
      /unknown option 'mach'/,
    );
    expect(() => validated({} as Wamp, shop)).toThrowError(/validated\(\): expected a WampClient or a Session/);
    expect(() => validated(joined().wamp, JSON.parse('{}') as Contract)).toThrowError(TypeError, /a Contract/);
  });

  it('holds between two clients and a router', async () => {
    const router = createTestRouter();
    const options = { realm: 'realm1', transports: [router.transport()] };
    const callee = new WampClient<ShopApi>(options);
    const caller = new WampClient<ShopApi>(options);
    await provided(validated(callee, shop), 'com.shop.add', ({ args: [a, b] }) => Number(a) + Number(b));
    await provided(callee, 'com.shop.ping', () => {
      throw errorOf(callee, 'com.shop.error.sold_out', ['tea'], { until: 5 });
    });

    const checked = validated(caller, shop);
    expect(await firstValueFrom(rpc(checked).com.shop.add(2, 3))).toBe(5);
    await expectAsync(firstValueFrom((caller as Wamp).call('com.shop.add', [2]))).toBeRejectedWithError(
      ApplicationError,
      /com\.shop\.add: wamp\.error\.invalid_argument: args: Too small.*\(got a list\)/,
    );
    const failed = record(from(checked.call('com.shop.ping')));
    await failed.done().catch(() => undefined);
    expect(isErrorOf(checked, 'com.shop.error.sold_out', failed.error) && failed.error.kwargs.until).toBe(5);
    await Promise.all([callee.close(), caller.close()]);
  });
});

describe('contract()', () => {
  const bad = (definition: unknown): (() => unknown) => {
    return () => contract(definition as never);
  };

  it('names what is no contract', () => {
    expect(bad(undefined)).toThrowError(TypeError, 'contract(): options must be an object, got nothing');
    expect(bad({ procedure: {} })).toThrowError(TypeError, /contract\(\): unknown option 'procedure'; known are/);
    expect(bad({ topics: [] })).toThrowError(TypeError, 'contract(): topics must be an object, got a list');
    expect(bad({ topics: { 'a b': {} } })).toThrowError(/contract\(\): topics: expected a URI.*"a b"/);
    expect(bad({ topics: { 'com.a': z.number() } })).toThrowError(TypeError);
    expect(bad({ topics: { 'com.a': { result: z.number() } } })).toThrowError(
      TypeError,
      'contract(): topics["com.a"]: unknown \'result\'; known are args, kwargs',
    );
    expect(bad({ procedures: { 'com.a': { args: [z.number()] } } })).toThrowError(
      TypeError,
      'contract(): procedures["com.a"].args must be a Standard Schema, as of zod, valibot or arktype, got a list',
    );
    expect(bad({ procedures: { 'com.a': { result: { args: 5 } } } })).toThrowError(
      TypeError,
      'contract(): procedures["com.a"].result.args must be a Standard Schema, as of zod, valibot or arktype, got the number 5',
    );
  });

  it('knows URIs that are named like properties of Object', () => {
    const names = ['constructor', '__proto__', 'toString'];
    for (const uri of names) {
      // none is in the contract by inheritance
      const none = contract({ procedures: {}, topics: {}, errors: {} });
      expect([none.procedure(uri), none.topic(uri), none.error(uri)]).toEqual([undefined, undefined, undefined]);
      const empty = checking(none);
      const free = record(empty.checked.call(uri));
      empty.wire.send([50, 1, {}, ['x']]);
      expect((free.values as CallResult[]).map(({ value }) => value)).toEqual(['x']);
      const failing = record(empty.checked.call(uri));
      empty.wire.send([8, 48, 2, {}, uri, ['x']]);
      expect(failing.error).toBeInstanceOf(ApplicationError);
      const events = record(empty.checked.subscribe(uri));
      const [, request] = empty.wire.rest().at(-1) as unknown as [number, number];
      empty.wire.send([33, request, 7], [36, 7, 1, {}, ['x']]);
      expect(events.values.map(({ value }) => value)).toEqual(['x']);
      expect(empty.reported).toEqual([]);

      // each is, where it is written
      const args = schema(oneNumber);
      const own = <T>(value: T): Record<string, T> => ({ [uri]: value });
      const full = checking(
        contract({ procedures: own({ result: args }), topics: own({ args }), errors: own({ args }) }),
      );
      const wrong = record(full.checked.call(uri));
      full.wire.send([50, 1, {}, ['x']]);
      expect(isContractError(wrong.error)).withContext(uri).toBeTrue();
      const failed = record(full.checked.call(uri));
      full.wire.send([8, 48, 2, {}, uri, ['x']]);
      expect(isContractError(failed.error)).withContext(uri).toBeTrue();
      const dropped = record(full.checked.subscribe(uri));
      const [, again] = full.wire.rest().at(-1) as unknown as [number, number];
      full.wire.send([33, again, 7], [36, 7, 1, {}, ['x']]);
      expect(dropped.values).toEqual([]);
      expect(full.reported.length).toBe(1);
    }
  });

  it('takes schemas that are functions', () => {
    const callable = Object.assign(
      () => undefined,
      schema<number>(() => ({ value: 1 })),
    );
    const { checked, wire } = checking(contract({ procedures: { 'com.a': { result: callable } } }));
    const call = record(checked.call('com.a'));
    wire.send([50, 1, {}, ['x']]);

    expect((call.values as CallResult[]).map(({ value }) => value)).toEqual([1]);
  });
});
