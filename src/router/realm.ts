import { ApplicationError, ProtocolError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import {
  CALL,
  CANCEL,
  ERROR,
  EVENT,
  INVOCATION,
  messageName,
  PUBLISH,
  REGISTER,
  RESULT,
  SUBSCRIBE,
  UNREGISTER,
  UNSUBSCRIBE,
  YIELD,
  type Message,
} from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import { acceptAnonymous } from './authentication.ts';
import { Authorizer } from './authorizer.ts';
import { Broker } from './broker.ts';
import type { RealmContext } from './context.ts';
import { Dealer } from './dealer.ts';
import { metaProcedures } from './meta.ts';
import type { RouterAuthenticator } from './auth-options.ts';
import { BadUri, type RouterSession } from './router-session.ts';
import { Testaments } from './testaments.ts';

/** One realm: its sessions, broker and dealer. */
export class Realm {
  readonly context: RealmContext;
  readonly authorizer: Authorizer;
  readonly broker: Broker;
  readonly dealer: Dealer;
  readonly sessions = new Map<Id, RouterSession>();
  readonly authenticators: readonly RouterAuthenticator[];
  readonly #testaments: Testaments;

  constructor(context: RealmContext) {
    this.context = context;
    this.authenticators = context.options.auth ?? [acceptAnonymous()];
    this.authorizer = new Authorizer(context.options);
    this.broker = new Broker(context, this.authorizer);
    this.#testaments = new Testaments(context.limits.testamentsPerSession, context.options.strictUris === true);
    this.dealer = new Dealer(
      context,
      this.authorizer,
      (topic, args, cause) => {
        this.broker.announce(topic, args, cause);
      },
      (name) => {
        const procedure = procedures.get(name);
        return procedure && ((session, args, kwargs) => procedure(args, kwargs, session));
      },
    );
    const procedures = metaProcedures({
      quirks: context.quirks,
      sessions: this.sessions,
      broker: this.broker,
      registrations: this.dealer.registrations,
      testaments: this.#testaments,
      kill: (session, reason, message, silent) => {
        this.leave(session, silent);
        session.link.goodbye(reason, message);
      },
    });
  }

  /** Takes a session in. WELCOME has been sent. */
  join(session: RouterSession): void {
    this.sessions.set(session.id, session);
    this.broker.announce('wamp.session.on_join', [session.describe()], session);
    this.context.changed();
  }

  /** Ends a session, however it came to it. `silent` publishes neither testaments nor meta events of its end. */
  leave(session: RouterSession, silent = false): void {
    if (!this.sessions.delete(session.id)) return;
    // nothing is sent any more, also not of its own end
    session.live = false;
    this.dealer.leave(session);
    this.broker.leave(session);
    const testaments = this.#testaments.execute(session);
    if (!silent) {
      for (const testament of testaments) this.broker.publishFromRouter(testament);
      const { id, authid, authrole } = session;
      this.broker.announce(
        'wamp.session.on_leave',
        this.context.quirks.shortLeave ? [id] : [id, authid, authrole],
        session,
      );
    }
    this.context.changed();
  }

  /**
   * Takes a message of an established session.
   *
   * @throws ProtocolError where the client broke the protocol
   */
  dispatch(session: RouterSession, message: Message): void {
    switch (message[0]) {
      case PUBLISH: {
        session.take(message[1]);
        const acknowledged = message[2]['acknowledge'] === true;
        this.#answering(session, PUBLISH, message[1], acknowledged, (refused) => {
          this.broker.publish(session, message, refused);
        });
        return;
      }
      case SUBSCRIBE:
        session.take(message[1]);
        this.#answering(session, SUBSCRIBE, message[1], true, (refused) => {
          this.broker.subscribe(session, message, refused);
        });
        return;
      case UNSUBSCRIBE:
        session.take(message[1]);
        this.#answering(session, UNSUBSCRIBE, message[1], true, () => {
          this.broker.unsubscribe(session, message);
        });
        return;
      case REGISTER:
        session.take(message[1]);
        this.#answering(session, REGISTER, message[1], true, (refused) => {
          this.dealer.registrations.register(session, message, refused);
        });
        return;
      case UNREGISTER:
        session.take(message[1]);
        this.#answering(session, UNREGISTER, message[1], true, () => {
          this.dealer.registrations.unregister(session, message);
        });
        return;
      case CALL:
        this.dealer.call(session, message);
        return;
      case CANCEL:
        this.dealer.cancel(session, message);
        return;
      case YIELD:
        this.dealer.invocations.yielded(session, message);
        return;
      case ERROR:
        if (message[1] !== INVOCATION) {
          throw new ProtocolError(`ERROR.requestType: a client can only answer INVOCATION (68), not ${message[1]}`);
        }
        this.dealer.invocations.failed(session, message);
        return;
      default:
        throw new ProtocolError(`${messageName(message[0])} must not come from a client with an established session`);
    }
  }

  /**
   * Deals with a message that could not be written for its receiver: an event is dropped; a call is answered with an
   * error, be it the invocation or the result that could not be written.
   *
   * @returns false where nothing can take its place
   */
  undeliverable(session: RouterSession, message: Message, uri: Uri): boolean {
    switch (message[0]) {
      case EVENT:
        return true;
      case INVOCATION:
      case RESULT:
        this.dealer.invocations.undeliverable(session, message, uri);
        return true;
      case ERROR: {
        const [, type, request, details, reason, ...payload] = message;
        const bare = payload.length === 0 && Object.keys(details).length === 0;
        if (!bare) session.error(type, request, reason);
        return !bare;
      }
      default:
        return false;
    }
  }

  /** Runs a request; a refusal, thrown or given to `refused` later, becomes ERROR, where the client wants an answer. */
  #answering(
    session: RouterSession,
    type: number,
    request: Id,
    acknowledged: boolean,
    run: (refused: (error: ApplicationError) => void) => void,
  ): void {
    const refused = (error: ApplicationError): void => {
      if (acknowledged || (error instanceof BadUri && session.quirks.badUriCloses))
        session.refuse(type, request, error);
    };
    try {
      run(refused);
    } catch (error) {
      if (!(error instanceof ApplicationError)) throw error;
      refused(error);
    }
  }
}
