// HTTP long-poll, where the four verbs have no suite over it.
import { firstValueFrom } from 'rxjs';
import { json } from '../../../src/serializers/json.ts';
import { longPoll } from '../../../src/transports/longpoll.ts';
import { joinedBy } from '../../auth/helpers.ts';
import { fresh, live } from '../../helpers/live.ts';
import type { Scene } from '../scene.ts';

/** Specifies that a session comes about by requests. */
export function polled({ router: { at }, client }: Scene): void {
  const url = at.longPoll ?? '';
  it('a session, a call and an event by requests', async () => {
    const transports = [longPoll({ url, serializers: [json()] })];
    const wamp = client({ transports, reconnect: false });
    const { session } = await joinedBy(wamp);
    const topic = fresh('t');
    const events = await live(wamp, topic);
    expect((await firstValueFrom(wamp.call('wamp.session.list'))).value).toContain(session.id);
    wamp.publish(topic, ['polled'], {}, { excludeMe: false });
    expect((await events.next())[0]?.value).toBe('polled');
  });
}
