// Calls beyond the basics: cancelling, time-outs, callees that leave.
import { BehaviorSubject, filter, firstValueFrom, NEVER, range, Subject } from 'rxjs';
import type { Invocation } from '../../../src/session/events.ts';
import { record } from '../../../src/testing/record.ts';
import { fresh, live, provided } from '../../helpers/live.ts';
import { type Scene, incoming, joined, refusal, soon } from '../scene.ts';

/** How calls end that do not end by a result. */
export function calls({ client }: Scene): void {
  const canceled = (message: readonly unknown[]): boolean => message[0] === 8 && message[1] === 48;

  it('CANCEL skip: the caller is answered at once, the callee goes on', async () => {
    const [caller, callee] = [client(), client()];
    const procedure = fresh('f');
    const started = new Subject<Invocation>();
    const release = new Subject<string>();
    await provided(callee, procedure, (invocation) => {
      started.next(invocation);
      return release;
    });
    const heard = incoming(caller);
    const start = firstValueFrom(started);
    const call = caller.call(procedure, [], {}, { cancelMode: 'skip' }).subscribe();
    const { signal } = await start;
    call.unsubscribe();
    expect((await heard(canceled))[4]).toBe('wamp.error.canceled');
    expect(signal.aborted).toBeFalse();
    release.next('done');
    release.complete();
  });

  for (const mode of ['kill', 'killnowait'] as const) {
    it(`CANCEL ${mode}: the callee is interrupted, the caller gets wamp.error.canceled`, async () => {
      const [caller, callee] = [client(), client()];
      const procedure = fresh('f');
      const started = new Subject<Invocation>();
      await provided(callee, procedure, (invocation) => {
        started.next(invocation);
        return NEVER;
      });
      const heard = incoming(caller);
      const start = firstValueFrom(started);
      const call = caller.call(procedure, [], {}, { cancelMode: mode }).subscribe();
      const { signal } = await start;
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      call.unsubscribe();
      await aborted;
      expect((await heard(canceled))[4]).toBe('wamp.error.canceled');
    });
  }

  it('a callee that has answered is not harmed by a late CANCEL', async () => {
    const [caller, callee] = [client(), client()];
    const procedure = fresh('f');
    await provided(callee, procedure, ({ args }) => args[0]);
    for (let i = 0; i < 20; i++) caller.call(procedure, [i]).subscribe().unsubscribe();
    expect((await soon(caller.call(procedure, ['after']))).value).toBe('after');
  });

  it('an open call errors when its callee leaves', async () => {
    const [caller, callee] = [client(), client()];
    const procedure = fresh('f');
    const started = new Subject<void>();
    await provided(callee, procedure, () => {
      started.next();
      return NEVER;
    });
    const start = firstValueFrom(started);
    const failed = refusal(firstValueFrom(caller.call(procedure)));
    await start;
    await callee.close();
    const error = await failed;
    expect(error).toEqual(jasmine.objectContaining({ name: 'ApplicationError', uri: 'wamp.error.canceled' }));
  });

  it('a time-out of the router is in milliseconds, and interrupts the callee', async () => {
    const [caller, callee] = [client(), client()];
    const procedure = fresh('f');
    const started = new Subject<Invocation>();
    await provided(callee, procedure, (invocation) => {
      started.next(invocation);
      return NEVER;
    });
    const session = await soon(caller.session$);
    expect(session.supports('dealer', 'call_timeout')).toBeTrue();
    const start = firstValueFrom(started);
    const begin = Date.now();
    const failed = refusal(firstValueFrom(caller.call(procedure, [], {}, { timeout: 300 })));
    const { signal } = await start;
    expect((await failed).name).toBe('CallTimeoutError');
    const gone = new BehaviorSubject(signal.aborted);
    signal.addEventListener('abort', () => gone.next(true));
    await soon(gone.pipe(filter(Boolean)));
    expect(Date.now() - begin).toBeLessThan(3000);
  });

  it('progress keeps its order and all of it arrives', async () => {
    const [caller, callee] = [client(), client()];
    const procedure = fresh('f');
    await provided(callee, procedure, () => range(0, 500));
    const all = await record(caller.call(procedure, [], {}, { progress: true })).done({ timeout: 10_000 });
    expect(all.map(({ value }) => value)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  it('payloads of half a megabyte pass, both ways', async () => {
    const [caller, callee] = [client(), client()];
    const procedure = fresh('f');
    await provided(callee, procedure, ({ args }) => args[0]);
    const text = 'ü€𝄞'.repeat(60_000);
    expect((await soon(caller.call(procedure, [text]))).value === text).toBeTrue();
  });

  it('what the router refuses is an error with its URI, and the session goes on', async () => {
    const [one, other] = [client(), client()];
    await joined(one);
    const procedure = fresh('f');
    await provided(one, procedure, () => 1);
    const error = await refusal(provided(other, procedure, () => 2));
    expect(error).toEqual(jasmine.objectContaining({ uri: 'wamp.error.procedure_already_exists' }));
    const events = await live(other, fresh('t'));
    expect(events.ended).toBeFalse();
  });
}
