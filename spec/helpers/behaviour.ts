// What the four verbs do from end to end, whatever carries them: the same specs for every serializer and transport.
import {
  concat,
  filter,
  firstValueFrom,
  from,
  interval,
  lastValueFrom,
  map,
  NEVER,
  of,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import type { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/client-options.ts';
import { rejoin } from '../../src/programs/rejoin.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import type { CallResult, Invocation } from '../../src/session/events.ts';
import { result } from '../../src/session/invocation.ts';
import { finalResult } from '../../src/session/call.ts';
import { describeErrors, remoteErrorOf } from '../../src/session/remote-error.ts';
import { record } from '../../src/testing/record.ts';
import { fresh, live, provided, values } from './live.ts';
import { turn } from './wire.ts';

/** Makes a client of the router that the suite runs on. */
export type Connect = (options?: Partial<BaseOptions>) => Client;

class TooBig extends Error {
  readonly limit: number;
  constructor(limit: number) {
    super(`more than ${limit}`);
    this.limit = limit;
  }
}

/** Specifies the four verbs over one kind of connection; `many` is how many calls at once it is asked for. */
export function behaviour(name: string, connect: Connect, many = 200): void {
  describe(`the four verbs over ${name}`, () => {
    let clients: Client[] = [];
    let alice: Client;
    let bob: Client;
    const client: Connect = (options) => {
      const made = connect(options);
      clients.push(made);
      return made;
    };
    /** The codes of the messages that a client sends from now on. */
    const sending = (wamp: Client): number[] => {
      const codes: number[] = [];
      wamp.messages$.subscribe(({ direction, message }) => {
        if (direction === 'out') codes.push(message[0]);
      });
      return codes;
    };
    /** The id of a client's session. */
    const sessionOf = async (wamp: Client): Promise<number> => (await firstValueFrom(wamp.session$)).id;
    /** Resolves when what `wamp` has sent so far has been dealt with by the router. */
    const settled = (wamp: Client): Promise<unknown> => firstValueFrom(wamp.call('wamp.session.count'));
    const first = (wamp: Client, procedure: string, args: readonly unknown[] = []): Promise<CallResult> =>
      firstValueFrom(wamp.call(procedure, args));

    beforeEach(() => {
      clients = [];
      alice = client();
      bob = client();
    });

    afterEach(async () => {
      await Promise.all(clients.map((each) => each.close()));
    });

    describe('subscribe and publish', () => {
      it('carry positional and keyword values, and details', async () => {
        const topic = fresh('topic');
        const events = await live(alice, topic);
        const report = await firstValueFrom(
          bob.publish(topic, ['ä', 1, null], { deep: [{ a: true }] }, { acknowledge: true }),
        );
        const [event] = await events.next();
        expect(event?.args).toEqual(['ä', 1, null]);
        expect(event?.value).toBe('ä');
        expect(event?.kwargs).toEqual({ deep: [{ a: true }] });
        expect(event?.details.topic).toBe(topic);
        expect(report).toEqual({ acknowledged: true, publication: event?.details.publication ?? 0 });
      });

      it('carry bytes and large integers', async () => {
        const topic = fresh('topic');
        const events = await live(alice, topic);
        bob.publish(topic, [Uint8Array.of(0, 255), 2 ** 53, -(2 ** 40)]);
        expect((await events.next())[0]?.args).toEqual([Uint8Array.of(0, 255), 2 ** 53, -(2 ** 40)]);
      });

      it('keep the order of what one publisher sends, also across topics', async () => {
        const [one, two] = [fresh('one'), fresh('two')];
        const seen: unknown[] = [];
        alice.subscribe(one).subscribe(({ value }) => seen.push(value));
        alice.subscribe(two).subscribe(({ value }) => seen.push(value));
        const end = await live(alice, fresh('end'));
        const { topic } = await new Promise<{ topic: string }>((resolve) => {
          const uri = fresh('last');
          alice.subscribe(uri, { onSubscribed: resolve }).subscribe(({ value }) => seen.push(value));
        });
        for (let i = 0; i < 50; i++) bob.publish(i % 3 ? one : two, [i]);
        bob.publish(topic, ['end']);
        await settled(bob);
        await settled(alice);
        expect(seen).toEqual([...Array.from({ length: 50 }, (_, i) => i), 'end']);
        expect(end.values).toEqual([]);
      });

      it('share one subscription among the observers of a client', async () => {
        const topic = fresh('topic');
        const events = await live(alice, topic);
        const sent = sending(alice);
        const more = [await live(alice, topic), await live(alice, topic)];
        bob.publish(topic, [1]);
        await Promise.all([events, ...more].map((each) => each.next()));
        events.stop();
        more[0]?.stop();
        await settled(alice);
        expect(sent.filter((code) => code !== 48)).toEqual([]);
        more[1]?.stop();
        await settled(alice);
        expect(sent.filter((code) => code !== 48)).toEqual([34]);
      });

      it('match by prefix and wildcard, and name the topic', async () => {
        const base = fresh('base');
        const prefix = await live(alice, `${base}.a`, { match: 'prefix' });
        const wildcard = await live(alice, `${base}..z`, { match: 'wildcard' });
        for (const name of ['a.z', 'a.b', 'abc', 'q.z', 'q.r.z']) bob.publish(`${base}.${name}`);
        await settled(bob);
        await settled(alice);
        const topics = (all: typeof prefix): string[] =>
          all.values.map(({ details }) => details.topic.slice(base.length));
        expect(topics(prefix)).toEqual(['.a.z', '.a.b', '.abc']);
        expect(topics(wildcard)).toEqual(['.a.z', '.q.z']);
      });

      it('retain an event for those who ask for it', async () => {
        const topic = fresh('topic');
        await firstValueFrom(bob.publish(topic, ['state'], {}, { retain: true, acknowledge: true }));
        const asking = await live(alice, topic, { getRetained: true });
        expect((await asking.next())[0]?.details.retained).toBeTrue();
        const silent = await live(alice, topic);
        bob.publish(topic, ['live']);
        expect((await silent.next())[0]?.value).toBe('live');
        expect([values(asking), values(silent)]).toEqual([['state', 'live'], ['live']]);
      });

      for (const getRetained of [true, 'once'] as const) {
        it(`retain it for late observers of a live topic, too (getRetained: ${getRetained})`, async () => {
          const topic = fresh('topic');
          await firstValueFrom(bob.publish(topic, ['state'], {}, { retain: true, acknowledge: true }));
          const silent = await live(alice, topic);
          const late = await live(alice, topic, { getRetained });
          await settled(alice);
          expect([values(late), values(silent)]).toEqual([['state'], []]);
        });
      }

      it('call onSubscribed before the first event', async () => {
        const topic = fresh('topic');
        await firstValueFrom(bob.publish(topic, ['state'], {}, { retain: true, acknowledge: true }));
        const seen: unknown[] = [];
        const done = new Subject<void>();
        alice
          .subscribe(topic, {
            getRetained: true,
            onSubscribed: (info) => seen.push([info.topic, info.match, info.again]),
          })
          .subscribe(({ value }) => {
            seen.push(value);
            done.next();
          });
        await firstValueFrom(done);
        expect(seen).toEqual([[topic, 'exact', false], 'state']);
      });

      it('do not bring a publisher its own event, unless excludeMe is false', async () => {
        const topic = fresh('topic');
        const events = await live(alice, topic);
        alice.publish(topic, ['hidden']);
        alice.publish(topic, ['shown'], {}, { excludeMe: false });
        expect((await events.next())[0]?.value).toBe('shown');
      });

      it('honour black and white lists', async () => {
        const topic = fresh('topic');
        const [a, b] = [await live(alice, topic), await live(bob, topic)];
        const carol = client();
        const [idOfA, idOfB] = [await sessionOf(alice), await sessionOf(bob)];
        carol.publish(topic, ['not a'], {}, { exclude: idOfA });
        carol.publish(topic, ['only a'], {}, { eligible: [idOfA] });
        carol.publish(topic, ['neither'], {}, { exclude: [idOfA, idOfB] });
        carol.publish(topic, ['not this role'], {}, { excludeAuthrole: 'anonymous' });
        carol.publish(topic, ['only another role'], {}, { eligibleAuthrole: ['other'] });
        carol.publish(topic, ['nobody'], {}, { eligibleAuthid: 'nobody-here' });
        carol.publish(topic, ['all'], {}, { excludeAuthid: ['nobody-here'] });
        await Promise.all([a.next(2), b.next(2)]);
        expect([values(a), values(b)]).toEqual([
          ['only a', 'all'],
          ['not a', 'all'],
        ]);
      });

      it('disclose the publisher where it asks for it', async () => {
        const topic = fresh('topic');
        const events = await live(alice, topic);
        bob.publish(topic, [1], {}, { discloseMe: true });
        bob.publish(topic, [2]);
        const [named, unnamed] = await events.next(2);
        expect(named?.details.publisher).toBe(await sessionOf(bob));
        expect(named?.details.publisherAuthrole).toBe('anonymous');
        expect(unnamed?.details.publisher).toBeUndefined();
      });

      it('resubscribe at once after an unsubscribe, and miss nothing from then on', async () => {
        const topic = fresh('topic');
        for (let i = 0; i < 5; i++) {
          const events = await live(alice, topic);
          bob.publish(topic, [i]);
          expect((await events.next())[0]?.value).toBe(i);
          events.stop();
          await turn();
        }
      });
    });

    describe('call and register', () => {
      const answers: readonly (readonly [what: string, handler: () => unknown, args: unknown[], kwargs: Dict])[] = [
        ['a value', () => 7, [7], {}],
        ['null', () => null, [null], {}],
        ['undefined', () => undefined, [], {}],
        ['a list', () => [1, 2], [[1, 2]], {}],
        ['an object', () => ({ a: 1 }), [{ a: 1 }], {}],
        ['a Promise', () => Promise.resolve('later'), ['later'], {}],
        ['a Promise of a result', () => Promise.resolve(result([1, 2], { c: 3 })), [1, 2], { c: 3 }],
        ['a thenable', () => ({ then: (done: (value: string) => void) => done('then') }), ['then'], {}],
        ['an Observable', () => of('a', 'b'), ['b'], {}],
        ['an empty Observable', () => of(), [], {}],
        ['an Observable of a result', () => of('a', result([1], { b: 2 })), [1], { b: 2 }],
        ['a result', () => result([1, 2], { c: 3 }), [1, 2], { c: 3 }],
        ['an empty result', () => result(), [], {}],
        ['keyword values alone', () => result([], { a: 1 }), [], { a: 1 }],
      ];
      for (const [what, handler, args, kwargs] of answers) {
        it(`answer with ${what}`, async () => {
          const procedure = fresh('f');
          await provided(alice, procedure, handler);
          const all = await lastValueFrom(
            bob.call(procedure).pipe(map((each) => [each.args, each.kwargs, each.progress])),
          );
          expect(all).toEqual([args, kwargs, false]);
        });
      }

      it('carry the arguments, and say which procedure was called', async () => {
        const procedure = fresh('f');
        let seen: Invocation | undefined;
        await provided(alice, procedure, (invocation) => {
          seen = invocation;
          return result(invocation.args, invocation.kwargs);
        });
        const answer = await firstValueFrom(bob.call(procedure, [1, Uint8Array.of(2)], { a: { b: null } }));
        expect([answer.args, answer.kwargs]).toEqual([[1, Uint8Array.of(2)], { a: { b: null } }]);
        expect(answer.details.procedure).toBe(procedure);
        expect(seen?.details.procedure).toBe(procedure);
        expect(seen?.value).toBe(1);
      });

      it('take one object for arguments and options', async () => {
        const procedure = fresh('f');
        await provided(alice, procedure, ({ args, kwargs, details }) => [args, kwargs, details.caller]);
        const answer = await firstValueFrom(bob.call(procedure, { args: [1], kwargs: { a: 2 }, discloseMe: true }));
        expect(answer.value).toEqual([[1], { a: 2 }, await sessionOf(bob)]);
      });

      it('proxy a call whole, progress included', async () => {
        const [inner, outer] = [fresh('inner'), fresh('outer')];
        await provided(alice, inner, () => of('p1', 'p2', result(['end', 2], { c: 3 })));
        await provided(bob, outer, ({ details }) =>
          alice.call(inner, [], {}, { progress: details.receiveProgress === true }),
        );
        const carol = client();
        await provided(carol, fresh('unused'), () => 1);
        const all = record(carol.call(outer, [], {}, { progress: true }));
        await all.done();
        expect(all.values.map(({ args, kwargs, progress }) => [args, kwargs, progress])).toEqual([
          [['p1'], {}, true],
          [['p2'], {}, true],
          [['end', 2], { c: 3 }, false],
        ]);
        const plain = await firstValueFrom(carol.call(outer));
        expect([plain.args, plain.kwargs]).toEqual([['end', 2], { c: 3 }]);
      });

      it('stream progress to a caller that asked, and the last value to another', async () => {
        const procedure = fresh('f');
        await provided(alice, procedure, () => from([1, 2, 3]));
        const asked = record(bob.call(procedure, [], {}, { progress: true }));
        await asked.done();
        expect(asked.values.map(({ value, progress }) => [value, progress])).toEqual([
          [1, true],
          [2, true],
          [3, true],
        ]);
        expect(values({ values: await record(bob.call(procedure)).done() })).toEqual([3]);
        // the final result of such a call is empty
        const [final, ...more] = await record(
          bob.call(procedure, [], {}, { progress: true }).pipe(finalResult()),
        ).done();
        expect([final?.args, final?.progress, more]).toEqual([[], false, []]);
      });

      it('finalResult() is the final one alone; take(1) the first partial one, which cancels the rest', async () => {
        const procedure = fresh('f');
        const aborted = new Subject<string>();
        await provided(alice, procedure, ({ args, signal }) => {
          signal.addEventListener('abort', () => aborted.next('aborted'));
          return concat(of('partial'), args[0] === 'endless' ? NEVER : of(result(['final'])));
        });
        const final = await firstValueFrom(bob.call(procedure, [], {}, { progress: true }).pipe(finalResult()));
        expect(final.value).toBe('final');
        const abort = firstValueFrom(aborted);
        const partial = await firstValueFrom(bob.call(procedure, ['endless'], {}, { progress: true }));
        expect(partial.value).toBe('partial');
        expect(await abort).toBe('aborted');
      });

      it('firstValueFrom and take(1) of a plain call send no CANCEL', async () => {
        const procedure = fresh('f');
        await provided(alice, procedure, () => 1);
        const sent = sending(bob);
        await first(bob, procedure);
        await lastValueFrom(bob.call(procedure).pipe(take(1)));
        await settled(bob);
        expect(sent.filter((code) => code === 49)).toEqual([]);
      });

      for (const mode of ['kill', 'killnowait'] as const) {
        it(`unsubscribing cancels and stops the handler (${mode})`, async () => {
          const procedure = fresh('f');
          const [started, stopped] = [new Subject<void>(), new Subject<unknown>()];
          await provided(alice, procedure, ({ signal }) => {
            signal.addEventListener('abort', () => stopped.next((signal.reason as ApplicationError).uri));
            started.next();
            return interval(1000);
          });
          const stop = firstValueFrom(stopped);
          const start = firstValueFrom(started);
          const call = bob.call(procedure, [], {}, { cancelMode: mode }).subscribe();
          await start;
          call.unsubscribe();
          expect(await stop).toBe('wamp.error.canceled');
          expect((await first(bob, 'wamp.session.count')).args.length).toBe(1);
        });
      }

      it('a call that takes too long errors and is cancelled', async () => {
        const procedure = fresh('f');
        const stopped = new Subject<void>();
        await provided(alice, procedure, ({ signal }) => {
          signal.addEventListener('abort', () => stopped.next());
          return NEVER;
        });
        const stop = firstValueFrom(stopped);
        // the deadline counts waiting for a session, too
        await settled(bob);
        await expectAsync(firstValueFrom(bob.call(procedure, [], {}, { deadline: 20 }))).toBeRejectedWith(
          jasmine.objectContaining({ name: 'CallTimeoutError' }),
        );
        await stop;
      });

      it('an unregistered procedure is an error that names it', async () => {
        const procedure = fresh('f');
        await expectAsync(first(bob, procedure)).toBeRejectedWith(
          jasmine.objectContaining({ name: 'ApplicationError', uri: 'wamp.error.no_such_procedure', procedure }),
        );
      });

      it('errors of the application travel with args and kwargs', async () => {
        const procedure = fresh('f');
        await provided(alice, procedure, () => {
          throw new ApplicationError('com.app.error.bad', ['text', 2], { unit: 'kB' });
        });
        await expectAsync(first(bob, procedure)).toBeRejectedWith(
          jasmine.objectContaining({ uri: 'com.app.error.bad', args: ['text', 2], kwargs: { unit: 'kB' }, procedure }),
        );
      });

      const failing: readonly (readonly [what: string, handler: () => unknown])[] = [
        ['a throw', () => JSON.parse('{') as unknown],
        ['a rejection', () => Promise.reject(new SyntaxError('bad'))],
        ['an Observable that errors', () => concat(of(1), Promise.reject(new Error('bad')))],
      ];
      for (const [what, handler] of failing) {
        it(`${what} reaches the caller as runtime_error, and harms no other call`, async () => {
          const procedure = fresh('f');
          let calls = 0;
          await provided(alice, procedure, () => ((calls += 1) === 1 ? handler() : 'fine'));
          const errors = record(alice.userErrors$);
          await expectAsync(first(bob, procedure)).toBeRejectedWith(
            jasmine.objectContaining({ uri: 'wamp.error.runtime_error', args: [jasmine.any(String)] }),
          );
          expect((await first(bob, procedure)).value).toBe('fine');
          expect(errors.values.map(({ context }) => context)).toEqual([`handler of ${procedure}`]);
        });
      }

      it('mapped errors keep their class across the wire', async () => {
        const errors = [[TooBig, 'com.app.error.too_big']] as const;
        const [callee, caller] = [client({ errors }), client({ errors })];
        const procedure = fresh('f');
        await provided(callee, procedure, () => {
          throw Object.assign(new TooBig(5), { args: [5], kwargs: { unit: 'kB' } });
        });
        const error = await first(caller, procedure).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(TooBig);
        expect(error).toEqual(
          jasmine.objectContaining({ limit: 5, uri: 'com.app.error.too_big', kwargs: { unit: 'kB' } }),
        );
        await expectAsync(first(bob, procedure)).toBeRejectedWith(
          jasmine.objectContaining({ name: 'ApplicationError', uri: 'com.app.error.too_big' }),
        );
      });

      it('described errors tell the caller what the handler threw, now or later', async () => {
        const throwing: readonly (() => unknown)[] = [
          () => {
            throw new TooBig(5);
          },
          () => Promise.reject(new TooBig(5)),
          () => throwError(() => new TooBig(5)),
        ];
        for (const handler of throwing) {
          const procedure = fresh('f');
          await provided(alice, procedure, describeErrors(alice, handler));
          const errors = record(alice.userErrors$);
          const call = bob.call(procedure, [6, ['ü']], { unit: 'kB' });
          const error = await firstValueFrom(call).catch((reason: unknown) => remoteErrorOf(reason));
          expect(error).toEqual(
            jasmine.objectContaining({
              uri: 'wamp.error.runtime_error',
              args: ['more than 5'],
              remoteApi: procedure,
              requestId: jasmine.any(Number),
              excType: 'TooBig',
              value: 'more than 5',
              callArgs: [6, ['ü']],
              callKwargs: { unit: 'kB' },
            }),
          );
          expect(errors.values).toEqual([{ error: jasmine.any(TooBig), context: `handler of ${procedure}` }]);
        }
      });

      it('a result that cannot be written is an error for the caller', async () => {
        const procedure = fresh('f');
        await provided(alice, procedure, () => ({ no: () => 1 }));
        await expectAsync(first(bob, procedure)).toBeRejectedWith(
          jasmine.objectContaining({ uri: 'wamp.error.invalid_payload' }),
        );
      });

      it('stream arguments and results both ways', async () => {
        const procedure = fresh('sum');
        await provided(alice, procedure, ({ input$ }: Invocation) => {
          let sum = 0;
          return input$.pipe(map(({ args }) => (sum += Number(args[0]))));
        });
        const lists = of([1], [2], [3]);
        const all = await record(bob.call(procedure, lists, {}, { progress: true })).done();
        expect(all.map(({ value }) => value)).toEqual([1, 3, 6]);
        expect((await lastValueFrom(bob.call(procedure, of([5], [6])))).value).toBe(11);
      });

      it('register by prefix and wildcard, and tell which procedure was called', async () => {
        const base = fresh('base');
        const tell = (kind: string) => (invocation: Invocation) => [
          kind,
          invocation.details.procedure.slice(base.length),
        ];
        await provided(alice, `${base}.a`, tell('prefix'), { match: 'prefix' });
        await provided(alice, `${base}..z`, tell('wildcard'), { match: 'wildcard' });
        await provided(alice, `${base}.a.b`, tell('exact'));
        const ask = async (name: string): Promise<unknown> => (await first(bob, base + name)).value;
        expect(await ask('.a.b')).toEqual(['exact', '.a.b']);
        expect(await ask('.a.c')).toEqual(['prefix', '.a.c']);
        expect(await ask('.q.z')).toEqual(['wildcard', '.q.z']);
      });

      it('share a procedure among clients', async () => {
        const procedure = fresh('f');
        const options = { invoke: 'roundrobin' } as const;
        const one = await provided(alice, procedure, () => 'alice', options);
        const two = await provided(bob, procedure, () => 'bob', options);
        expect(one.values[0]?.id).toBe(two.values[0]?.id ?? 0);
        const carol = client();
        const seen: unknown[] = [];
        for (let i = 0; i < 4; i++) seen.push((await first(carol, procedure)).value);
        expect(seen).toEqual(['alice', 'bob', 'alice', 'bob']);
        await expectAsync(provided(carol, procedure, () => 1, { invoke: 'first' })).toBeRejectedWith(
          jasmine.objectContaining({ uri: 'wamp.error.procedure_already_exists' }),
        );
      });

      for (const [invoke, winner] of [
        ['first', 'alice'],
        ['last', 'bob'],
      ] as const) {
        it(`the ${invoke} callee answers where the policy says so`, async () => {
          const procedure = fresh('f');
          await provided(alice, procedure, () => 'alice', { invoke });
          await provided(bob, procedure, () => 'bob', { invoke });
          expect((await first(bob, procedure)).value).toBe(winner);
        });
      }

      it('refuse a procedure that another client has, and let it go to the next when that leaves', async () => {
        const procedure = fresh('f');
        const mine = await provided(alice, procedure, () => 'alice');
        await expectAsync(provided(bob, procedure, () => 'bob')).toBeRejectedWith(
          jasmine.objectContaining({ uri: 'wamp.error.procedure_already_exists', procedure }),
        );
        mine.stop();
        await settled(alice);
        await provided(bob, procedure, () => 'bob');
        expect((await first(alice, procedure)).value).toBe('bob');
      });

      it('forceReregister evicts the callee that had it', async () => {
        const procedure = fresh('f');
        const mine = await provided(alice, procedure, () => 'alice');
        await provided(bob, procedure, () => 'bob', { forceReregister: true });
        await expectAsync(mine.done()).toBeRejectedWith(jasmine.objectContaining({ name: 'ApplicationError' }));
        expect((await first(alice, procedure)).value).toBe('bob');
      });

      it('concurrency bounds what runs at once', async () => {
        const procedure = fresh('f');
        const work = new Subject<string>();
        const started = new Subject<void>();
        const handler = (): Subject<string> => {
          started.next();
          return work;
        };
        await provided(alice, procedure, handler, { concurrency: 1 });
        const start = firstValueFrom(started);
        const one = first(bob, procedure);
        await start;
        await expectAsync(first(bob, procedure)).toBeRejectedWith(
          jasmine.objectContaining({ uri: 'crossbar.error.max_concurrency_reached' }),
        );
        work.next('done');
        work.complete();
        expect((await one).value).toBe('done');
      });

      it('disclose the caller where either side asks for it', async () => {
        const [plain, asking] = [fresh('plain'), fresh('asking')];
        const tell = ({ details }: Invocation): unknown => [details.caller, details.callerAuthrole];
        await provided(alice, plain, tell);
        await provided(alice, asking, tell, { discloseCaller: true });
        const me = [await sessionOf(bob), 'anonymous'];
        expect((await first(bob, plain)).value).toEqual([null, null]);
        expect((await firstValueFrom(bob.call(plain, [], {}, { discloseMe: true }))).value).toEqual(me);
        expect((await first(bob, asking)).value).toEqual(me);
      });

      it('a callee minds the timeout that the router leaves to it', async () => {
        const procedure = fresh('f');
        const stopped = new Subject<unknown>();
        await provided(
          alice,
          procedure,
          ({ details, signal }) => {
            signal.addEventListener('abort', () => stopped.next(details.timeout));
            return NEVER;
          },
          { forwardTimeout: true },
        );
        const stop = firstValueFrom(stopped);
        const failed = firstValueFrom(bob.call(procedure, [], {}, { timeout: 25 })).catch((error: unknown) => error);
        expect(await stop).toBe(25);
        expect(await failed).toBeInstanceOf(Error);
      });

      it('many at once are answered each', async () => {
        const procedure = fresh('double');
        await provided(alice, procedure, ({ args }) => Number(args[0]) * 2);
        const numbers = Array.from({ length: many }, (_, i) => i);
        const answers = await Promise.all(numbers.map(async (i) => (await first(bob, procedure, [i])).value));
        expect(answers).toEqual(numbers.map((i) => i * 2));
      });

      it('a client may call itself, from inside a handler, too', async () => {
        const [inner, outer] = [fresh('inner'), fresh('outer')];
        await provided(alice, inner, () => 1);
        await provided(alice, outer, () => alice.call<number>(inner).pipe(map(({ value }) => value + 1)));
        expect((await first(alice, outer)).value).toBe(2);
      });
    });

    // the session of tabs is their worker's
    if (name.includes('worker')) return;
    describe('a session renewed in use', () => {
      it('lose no event, hear none twice, and fail no call', async () => {
        const [topic, procedure] = [fresh('topic'), fresh('f')];
        const events = await live(alice, topic);
        await provided(alice, procedure, ({ args }) => args[0], { invoke: 'roundrobin' });
        const before = await sessionOf(alice);
        const left = record(alice.lifecycle$.pipe(filter(({ type }) => type === 'leave')));
        const renewed = firstValueFrom(rejoin(alice, { overlap: true }));
        let sent = 0;
        while (left.values.length === 0) {
          bob.publish(topic, [sent++]);
          expect((await first(bob, procedure, [sent])).value).toBe(sent);
          // in memory there is nothing but this that lets timers run
          await firstValueFrom(timer(0));
        }
        expect((await renewed).id).not.toBe(before);
        await firstValueFrom(bob.publish(topic, [sent++], {}, { acknowledge: true }));
        while (events.values.length < sent) await events.next();
        expect(values(events)).toEqual(Array.from({ length: sent }, (_, i) => i));
      });
    });
  });
}
