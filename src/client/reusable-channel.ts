import { AsyncSubject, asapScheduler, Observable, take, type Observer, type Subscriber, type Subscription } from 'rxjs';
import type { ChannelBindingType } from '../auth/authenticator.ts';
import type { Message } from '../protocol/messages.ts';
import type { Serializer } from '../serializers/serializer.ts';
import type { ChannelHeir } from '../session/dispatch.ts';
import type { Channel, Transport, TransportDetails } from '../transports/transport.ts';

/**
 * The channel of a session that has said GOODBYE, for the next one. Some routers hang up after GOODBYE: where the link ends
 * before anything has come on it, it is dialled anew, and HELLO is said again, unseen by the session that joins.
 */
class ReusableChannel {
  readonly incoming = new Observable<unknown>((reader) => {
    this.#reader = reader;
  });
  /** Takes the frames of the channel below. */
  readonly frames: Observer<unknown> = {
    next: (frame) => {
      this.#final = true;
      this.#reader?.next(frame);
    },
    error: (error) => this.#ended(error),
    complete: () => this.#ended(),
  };
  /** Whether the link ended before it was written to. */
  down = false;
  #channel: Channel;
  #dial: (() => Observable<Channel>) | undefined;
  #reader: Subscriber<unknown> | undefined;
  #hello: Message | undefined;
  /** Whether an end is the end: something has come, or we have hung up ourselves. */
  #final = false;
  #dialling: Subscription | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** For the next session. */
  renew(): this {
    this.#reader = undefined;
    this.#hello = undefined;
    this.#final = false;
    return this;
  }

  /** It was taken; `dial` is for a link that turns out to be dead. */
  taken(dial: () => Observable<Channel>): Channel {
    this.#dial = dial;
    return this as Channel;
  }

  get details(): TransportDetails {
    return this.#channel.details;
  }

  get received(): number {
    return this.#channel.received;
  }

  get bufferedAmount(): number {
    return this.#channel.bufferedAmount;
  }

  get closing(): boolean | undefined {
    return this.#channel.closing;
  }

  get ping(): Channel['ping'] {
    return this.#channel.ping && ((answered) => this.#channel.ping?.(answered));
  }

  get channelBinding(): Channel['channelBinding'] {
    return this.#channel.channelBinding && ((type: ChannelBindingType) => this.#channel.channelBinding?.(type));
  }

  get recode(): Channel['recode'] {
    return this.#channel.recode && ((wrap: (serializer: Serializer) => Serializer) => this.#channel.recode?.(wrap));
  }

  send(message: Message): void {
    if (this.#hello !== undefined) {
      this.#channel.send(message);
      return;
    }
    this.#hello = message;
    try {
      this.#channel.send(message);
    } catch (error) {
      this.#ended(error);
    }
  }

  close(code?: number, reason?: string): void {
    this.#final = true;
    if (this.#dialling) this.drop();
    else this.#channel.close(code, reason);
  }

  drop(): void {
    this.#final = true;
    this.#channel.drop();
    if (!this.#dialling) return;
    this.#dialling.unsubscribe();
    this.#reader?.complete();
  }

  #ended(error?: unknown): void {
    if (!this.#final && this.#dial && this.#hello) this.#dialAnew(this.#dial(), this.#hello);
    else {
      this.down = true;
      if (error === undefined) this.#reader?.complete();
      else this.#reader?.error(error);
    }
  }

  #dialAnew(dialled: Observable<Channel>, hello: Message): void {
    // once
    this.#dial = undefined;
    this.#dialling = dialled.subscribe({
      next: (channel) => {
        this.#dialling = undefined;
        this.#channel = channel;
        channel.incoming.subscribe(this.frames);
        try {
          channel.send(hello);
        } catch (error) {
          this.#ended(error);
        }
      },
      error: (error) => this.#reader?.error(error),
    });
  }
}

/** What a transport that keeps a link stands for. */
const originals = new WeakMap<Transport, Transport>();

/**
 * Lets the channel of a session outlive the session, whose GOODBYE is said with `heir`: the transport that is returned opens
 * the channel once, when the router has answered, and dials `transport` from then on, or where the link was lost.
 *
 * @param gone the life of the session's wire
 * @param unwanted emits when no session will come for the channel
 */
export function reuseChannel(
  gone: Subscription,
  transport: Transport,
  unwanted: Observable<unknown>,
): { readonly transport: Transport; readonly heir: ChannelHeir } {
  const original = originals.get(transport) ?? transport;
  const held = new AsyncSubject<ReusableChannel | undefined>();
  held.next(undefined);
  let state: 'wanted' | 'taken' | 'unwanted' = 'wanted';

  const heir: ChannelHeir = (channel) => {
    if (state === 'unwanted') return undefined;
    const own = channel as Channel | ReusableChannel;
    const kept = own instanceof ReusableChannel ? own.renew() : new ReusableChannel(own);
    held.next(kept);
    return kept.frames;
  };
  // at the end of the turn: the session ends first, and a router may have hung up by then
  gone.add(() => asapScheduler.schedule(() => held.complete()));
  const giveUp = (): void => {
    state = 'unwanted';
    held.subscribe((kept) => kept?.close());
  };
  const waiting = unwanted.pipe(take(1)).subscribe(giveUp);

  const once: Transport = {
    name: original.name,
    open: (attempt) =>
      state !== 'wanted'
        ? original.open(attempt)
        : new Observable((subscriber) => {
            state = 'taken';
            waiting.unsubscribe();
            let given = false;
            subscriber.add(() => given || giveUp());
            held.subscribe((kept) => {
              if (subscriber.closed) return;
              given = true;
              const dial = (): Observable<Channel> => original.open(attempt);
              if (kept === undefined || kept.down) subscriber.add(dial().subscribe(subscriber));
              else {
                subscriber.next(kept.taken(dial));
                subscriber.complete();
              }
            });
          }),
  };
  originals.set(once, original);
  return { transport: once, heir };
}
