import { Subject } from 'rxjs';
import { ApplicationError } from '../protocol/errors.ts';
import { CLIENT_FEATURES } from '../protocol/features.ts';
import type { Id } from '../protocol/ids.ts';
import {
  ERROR,
  INTERRUPT,
  INVOCATION,
  parseMessage,
  REGISTER,
  UNREGISTERED,
  YIELD,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { Serializer } from '../serializers/serializer.ts';
import { errorForWire } from '../session/error-mapping.ts';
import { RunningInvocation, type Answering } from '../session/invocation.ts';
import type { Handler, Invocation } from '../session/events.ts';
import type { RouterCore } from '../router/core.ts';
import type { Realm } from '../router/realm.ts';
import { RouterSession } from '../router/router-session.ts';
import { show } from './show.ts';
import { whenCollected, type WaitOptions, type Wanted } from './waiting.ts';

/** Options of `router.mock()`. */
export interface MockOptions {
  /** The realm, where the router has more than one. */
  readonly realm?: string;
  /**
   * How the procedure is matched.
   *
   * @default 'exact'
   */
  readonly match?: Match;
  /** REGISTER.Options as on the wire: `invoke`, `concurrency`, `force_reregister` … */
  readonly options?: Readonly<Dict>;
}

/** A procedure that the router itself answers, and whose calls it remembers; made by `router.mock()`. */
export class MockProcedure {
  /** The URI or pattern. */
  readonly procedure: Uri;
  #calls: Invocation[] = [];
  #handler: Handler;
  readonly #changes = new Subject<void>();
  readonly #core: RouterCore;
  readonly #realm: Realm;
  readonly #session: RouterSession;
  readonly #invocations = new Map<Id, RunningInvocation>();
  readonly #unread = new Set<Id>();
  readonly #link: Answering;

  /** @internal */
  constructor(core: RouterCore, serializer: Serializer, procedure: Uri, answer: unknown, options: MockOptions = {}) {
    const { realm, match = 'exact', options: wire = {} } = options;
    this.procedure = procedure;
    this.#core = core;
    this.#realm = core.existing(realm);
    this.#handler = handlerOf(answer);
    this.#session = this.#join();
    const reply = (message: Message): void => {
      // written and read once, as on a link: what is no wire value shows itself here and not at the caller
      const passed = parseMessage(serializer.decode(serializer.encode(message)));
      core.inbound.post(() => this.#answered(passed));
    };
    this.#link = {
      open: true,
      invocations: this.#invocations,
      unread: this.#unread,
      check: () => undefined,
      send: reply,
      trySend: reply,
      errorToSend: (thrown) => errorForWire(thrown, []),
      userError: () => undefined,
    };
    const message = parseMessage([REGISTER, 1, { match, ...wire }, procedure]) as MessageOf<64>;
    this.#realm.dealer.registrations.register(this.#session, message, (error) => {
      throw error;
    });
  }

  /** The calls so far, oldest first, as a handler gets them. */
  get calls(): readonly Invocation[] {
    return this.#calls;
  }

  /** Whether it is still registered. */
  get registered(): boolean {
    return this.#session.registrations.size > 0;
  }

  /** Answers differently from now on: another handler, or another value. */
  answer(answer: Handler): this;
  answer(answer?: unknown): this;
  answer(answer?: unknown): this {
    this.#handler = handlerOf(answer);
    return this;
  }

  /**
   * Resolves once it has been called, with the calls so far; with a predicate, with those that satisfy it.
   *
   * @param wanted how many calls, or what one of them is like; 1 by default
   */
  whenCalled(wanted: Wanted<Invocation> = 1, options?: WaitOptions): Promise<readonly Invocation[]> {
    return whenCollected(
      {
        by: 'whenCalled',
        changes: this.#changes,
        items: () => this.#calls,
        noun: `calls of '${this.procedure}'`,
        describe: ({ args, kwargs }) => show({ args, kwargs }),
      },
      wanted,
      options,
    );
  }

  /** Forgets the calls so far. */
  reset(): void {
    this.#calls = [];
  }

  /** Takes the procedure back; calls under way end with `wamp.error.canceled`. */
  unregister(): void {
    this.#realm.dealer.leave(this.#session);
    for (const running of [...this.#invocations.values()]) running.abort(new ApplicationError('wamp.error.canceled'));
  }

  /** The same as `unregister()`, so that it can be added to a Subscription. */
  unsubscribe(): void {
    this.unregister();
  }

  /** A session of the router's own: known as a callee, and not listed among the sessions. */
  #join(): RouterSession {
    const { random, quirks } = this.#core;
    const send = (message: Message): void => this.#core.outbound.post(() => this.#take(message));
    const none = (): void => undefined;
    const session = new RouterSession(
      random.id(),
      this.#realm.context.name,
      { authid: 'mock', authrole: 'trusted', authmethod: 'internal', authprovider: 'static', trustlevel: undefined },
      { roles: { callee: CLIENT_FEATURES['callee'] }, agent: 'mock' },
      { info: { type: 'mock' }, peer: { send, close: none }, send, goodbye: none, crash: none },
      quirks,
    );
    session.trusted = true;
    return session;
  }

  #take(message: Message): void {
    switch (message[0]) {
      case INVOCATION:
        this.#invoked(message);
        return;
      case INTERRUPT:
        this.#invocations.get(message[1])?.interrupt(message[2]['mode'], message[2]['reason']);
        return;
      case UNREGISTERED:
        this.unregister();
    }
  }

  #invoked(message: MessageOf<68>): void {
    const [, id, , details] = message;
    const running = this.#invocations.get(id);
    if (running) running.more(message);
    else if (!this.#unread.has(id)) {
      new RunningInvocation(this.#link, { uri: this.procedure, handler: (call) => this.#called(call) }, message);
    } else if (details['progress'] !== true) this.#unread.delete(id);
  }

  #called(call: Invocation): unknown {
    this.#calls.push(call);
    this.#changes.next();
    return this.#handler(call);
  }

  #answered(message: Message): void {
    if (message[0] === YIELD) this.#realm.dealer.invocations.yielded(this.#session, message);
    else if (message[0] === ERROR) this.#realm.dealer.invocations.failed(this.#session, message);
  }
}

function handlerOf(answer: unknown): Handler {
  if (typeof answer === 'function') return answer as Handler;
  if (!(answer instanceof Error)) return () => answer;
  return () => {
    throw answer;
  };
}
