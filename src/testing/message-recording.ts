import { Subject, type Observable, type Subscription } from 'rxjs';
import { checkOptions, FUNCTION, kind, type Kind } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import { describeMessage, messageName, type Message } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { show } from './show.ts';
import { WAIT_OPTIONS, whenCollected, type WaitOptions, type Wanted } from './waiting.ts';

/**
 * A message as a client or a router shows it.
 *
 * @inline
 */
interface Frame {
  /** Which way it went, as the one that shows it sees it. */
  readonly direction: 'in' | 'out';
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The message itself. */
  readonly message: Message;
  /** The session; a router's alone. */
  readonly session?: Id | undefined;
  /** The link, counted from 1; a router's alone. */
  readonly link?: number;
}

/** A client or a router: they show their wire messages. */
export interface ShowsMessages {
  /** Each message as it passes: a client and the test router have it. */
  readonly messages$: Observable<Frame>;
}

/** A wire message as it passed. */
export interface RecordedMessage {
  /** Where it went. */
  readonly to: 'router' | 'client';
  /** Its name, `SUBSCRIBE`. */
  readonly name: string;
  /** The message itself. A recording of a client has it with masked secrets. */
  readonly message: Message;
  /** Its fields by name: `{ request: 1, options: {}, topic: 'com.app.news' }`. */
  readonly fields: Readonly<Dict>;
  /** Milliseconds of the scheduler's clock. */
  readonly time: number;
  /** The session, where a router recorded it and knew the session already. */
  readonly session?: Id;
}

/** Which messages to record; all conditions together. */
export interface MessageFilter {
  /** Those of this name (`'EVENT'`), or of one of these. */
  readonly name?: string | readonly string[];
  /** Those that go there. */
  readonly to?: 'router' | 'client';
  /** Those that satisfy this predicate. */
  readonly where?: (message: RecordedMessage) => boolean;
}

const FILTER = {
  name: kind('a name, or a list of names', (v) => typeof v === 'string' || Array.isArray(v)),
  to: kind("'router' or 'client'", (v) => v === 'router' || v === 'client'),
  where: FUNCTION,
} satisfies Record<keyof MessageFilter, Kind>;
const OPTIONS = { ...FILTER, ...WAIT_OPTIONS };

/** What {@link recordMessages} collects. */
export class MessageRecording {
  #messages: RecordedMessage[] = [];
  readonly #changes = new Subject<void>();
  readonly #recording: Subscription;

  /** @internal */
  constructor(of: ShowsMessages, filter: MessageFilter) {
    this.#recording = of.messages$.subscribe((frame) => {
      const message = recorded(frame);
      if (!passes(message, filter)) return;
      this.#messages.push(message);
      this.#changes.next();
    });
  }

  /** What passed so far, oldest first. */
  get messages(): readonly RecordedMessage[] {
    return this.#messages;
  }

  /** The names of what passed so far: `['HELLO', 'WELCOME']`. */
  get names(): readonly string[] {
    return this.#messages.map(({ name }) => name);
  }

  /** Those of the recorded messages that pass another filter. */
  filter(filter: MessageFilter): readonly RecordedMessage[] {
    return this.#messages.filter((message) => passes(message, filter));
  }

  /**
   * Resolves once so many messages have been recorded, with all of them; with a predicate, once there is one that
   * satisfies it, with those.
   */
  when(wanted: Wanted<RecordedMessage> = 1, options?: WaitOptions): Promise<readonly RecordedMessage[]> {
    return whenCollected(
      {
        by: 'when',
        changes: this.#changes,
        items: () => this.#messages,
        noun: 'messages',
        describe: formatMessage,
      },
      wanted,
      options,
    );
  }

  /** Forgets what passed so far. */
  reset(): void {
    this.#messages = [];
  }

  /** Records no longer. */
  stop(): void {
    this.#recording.unsubscribe();
  }

  /** The same as `stop()`, so that it can be added to a Subscription. */
  unsubscribe(): void {
    this.stop();
  }

  /** All of it for people: a line for each message, with the milliseconds since the first. */
  toString(): string {
    const begin = this.#messages[0]?.time ?? 0;
    const width = `${(this.#messages.at(-1)?.time ?? 0) - begin}`.length;
    return this.#messages
      .map((message) => `${`${message.time - begin}`.padStart(width)} ms ${formatMessage(message)}`)
      .join('\n');
  }
}

/**
 * Records the wire messages of a client or a test router from now on. It dials nothing.
 *
 * @param of a client, or a router: then those of all its clients
 * @param filter which messages; all by default
 * @example
 * const wire = recordMessages(router, { name: ['SUBSCRIBE', 'UNSUBSCRIBE'] });
 * await wire.when(2);
 * console.log(String(wire)); // 0 ms → SUBSCRIBE request=1 options={} topic="com.app.news" …
 */
export function recordMessages(of: ShowsMessages, filter: MessageFilter = {}): MessageRecording {
  checkOptions(() => 'recordMessages', FILTER, filter);
  return new MessageRecording(of, filter);
}

/** One message in a line for people: `→` goes to the router, `←` to the client. */
export function formatMessage({ to, name, fields }: RecordedMessage): string {
  const listed = Object.entries(fields).map(([field, value]) => ` ${field}=${show(value)}`);
  return `${to === 'router' ? '→' : '←'} ${name}${listed.join('')}`;
}

/**
 * Waits for wire messages: of a recording those included that it holds, of a client or router from now on.
 *
 * @param of a recording, a client, or a router
 * @param wanted how many, or what one is like; 1 by default
 * @param options the time-out (4000 ms by default); of a client or router also which messages count
 * @returns what was counted, or what satisfied the predicate; rejects in time-out, and says what passed instead
 * @example
 * const unsubscribed = whenMessages(router, ({ name }) => name === 'UNSUBSCRIBE');
 * fixture.destroy();
 * await unsubscribed;
 */
export function whenMessages(
  of: ShowsMessages | MessageRecording,
  wanted: Wanted<RecordedMessage> = 1,
  options: WaitOptions & MessageFilter = {},
): Promise<readonly RecordedMessage[]> {
  checkOptions(() => 'whenMessages', of instanceof MessageRecording ? WAIT_OPTIONS : OPTIONS, options);
  const { timeout, ...filter } = options;
  const waiting = timeout === undefined ? {} : { timeout };
  if (of instanceof MessageRecording) return of.when(wanted, waiting);
  const recording = recordMessages(of, filter);
  return recording.when(wanted, waiting).finally(() => recording.stop());
}

function recorded({ direction, message, time, session, link }: Frame): RecordedMessage {
  const atRouter = link !== undefined;
  // a router shows what is malformed, too
  const known = Array.isArray(message) && messageName(message[0]) !== String(message[0]);
  const { type: _, ...fields }: Dict = known ? describeMessage(message) : { frame: message };
  return {
    to: (direction === 'in') === atRouter ? 'router' : 'client',
    name: known ? messageName(message[0]) : 'UNKNOWN',
    message,
    fields,
    time,
    ...(session === undefined ? {} : { session }),
  };
}

function passes(message: RecordedMessage, { name, to, where }: MessageFilter): boolean {
  const names = typeof name === 'string' ? [name] : name;
  if (names?.includes(message.name) === false || (to !== undefined && to !== message.to)) return false;
  return where?.(message) ?? true;
}
