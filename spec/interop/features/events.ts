// Events beyond the basics: bursts, retained ones after healing, revocation.
import { firstValueFrom } from 'rxjs';
import { listSubscribers, lookupSubscription, removeCallee, removeSubscriber } from '../../../src/meta/index.ts';
import { fresh, live, provided, values } from '../../helpers/live.ts';
import type { Scene } from '../scene.ts';
import { joined, refusal, soon } from '../scene.ts';

/** What brokers do beyond the behaviour suite. */
export function events({ client }: Scene): void {
  it('a burst of 500 events arrives whole and in order', async () => {
    const [publisher, subscriber] = [client(), client()];
    await joined(publisher);
    const topic = fresh('burst');
    const came = await live(subscriber, topic);
    for (let i = 0; i < 500; i++) publisher.publish(topic, [i]);
    await came.next(500, { timeout: 10_000 });
    expect(values(came)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  it('a retained event stands for a new subscriber, and is replaced by the next', async () => {
    const [publisher, subscriber] = [client(), client()];
    const topic = fresh('state');
    for (const state of ['first', 'second']) {
      await firstValueFrom(publisher.publish(topic, [state], {}, { retain: true, acknowledge: true }));
    }
    const came = await live(subscriber, topic, { getRetained: true });
    const [event] = await came.next();
    expect([event?.value, event?.details.retained, event?.details.topic]).toEqual(['second', true, topic]);
  });

  it('a subscription that the router takes away ends with its reason', async () => {
    const [admin, subscriber] = [client(), client()];
    const topic = fresh('taken');
    const came = await live(subscriber, topic);
    const { id } = await joined(subscriber);
    const subscription = await soon(lookupSubscription(admin, topic));
    expect(await soon(listSubscribers(admin, subscription ?? 0))).toEqual([id]);
    await soon(removeSubscriber(admin, subscription ?? 0, id, { reason: 'com.app.error.enough' }));
    const error = await refusal(came.done());
    expect(error).toEqual(jasmine.objectContaining({ uri: 'com.app.error.enough', topic }));
  });

  it('a registration that the router takes away ends with its reason', async () => {
    const [admin, callee] = [client(), client()];
    const procedure = fresh('taken');
    const registration = await provided(callee, procedure, () => 1);
    const { id } = await joined(callee);
    await soon(removeCallee(admin, registration.values[0]?.id ?? 0, id, { reason: 'com.app.error.enough' }));
    const error = await refusal(registration.done());
    expect(error).toEqual(jasmine.objectContaining({ uri: 'com.app.error.enough', procedure }));
    const gone = await refusal(firstValueFrom(admin.call(procedure)));
    expect(gone).toEqual(jasmine.objectContaining({ uri: 'wamp.error.no_such_procedure' }));
  });
}
