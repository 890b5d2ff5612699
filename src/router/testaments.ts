import { isDict } from '../protocol/kinds.ts';
import { ApplicationError, ProtocolError } from '../protocol/errors.ts';
import { parseMessage, PUBLISH } from '../protocol/messages.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { PublishRequest } from './broker.ts';
import { LIMIT_EXCEEDED } from './context.ts';
import { assertWellFormed } from './relay.ts';
import type { RouterSession } from './router-session.ts';

type Scope = 'destroyed' | 'detached';

interface Testament {
  readonly scope: Scope;
  readonly topic: Uri;
  readonly args: List;
  readonly kwargs: Dict;
  readonly options: Dict;
}

const wrong = (what: string): ApplicationError => new ApplicationError('wamp.error.invalid_argument', [what]);

function scopeOf(kwargs: Dict): Scope {
  const { scope = 'destroyed' } = kwargs;
  if (scope !== 'destroyed' && scope !== 'detached') throw wrong("scope: expected 'destroyed' or 'detached'");
  return scope;
}

/** Checks publish_options as those of a PUBLISH: nothing can be refused any more when the session has ended. */
function assertPublishable(options: unknown, topic: Uri): void {
  try {
    parseMessage([PUBLISH, 1, options, topic]);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw wrong(error.message.replace('PUBLISH.options', 'publish_options'));
  }
}

/** Events that are published when a session ends, however it ends (WAMP, section "Session Testament"). */
export class Testaments {
  readonly #bySession = new Map<RouterSession, Testament[]>();
  readonly #limit: number;
  readonly #strict: boolean;

  constructor(limit: number, strict: boolean) {
    this.#limit = limit;
    this.#strict = strict;
  }

  /** `wamp.session.add_testament` */
  add(session: RouterSession, args: List, kwargs: Dict): void {
    const [topic, payload = [], named = {}] = args;
    const { publish_options: options = {} } = kwargs;
    if (typeof topic !== 'string') throw wrong('The first argument must be a topic');
    assertWellFormed(topic, 'exact', this.#strict, true);
    if (!Array.isArray(payload)) throw wrong('The second argument must be a list');
    if (!isDict(named)) throw wrong('The third argument must be a dictionary');
    assertPublishable(options, topic);
    const testaments = this.#bySession.get(session) ?? [];
    if (testaments.length >= this.#limit)
      throw new ApplicationError(LIMIT_EXCEEDED, ['Too many testaments of one session']);
    testaments.push({ scope: scopeOf(kwargs), topic, args: payload, kwargs: named, options: options as Dict });
    this.#bySession.set(session, testaments);
  }

  /** `wamp.session.flush_testaments` */
  flush(session: RouterSession, kwargs: Dict): void {
    const scope = scopeOf(kwargs);
    const left = this.#bySession.get(session)?.filter((testament) => testament.scope !== scope);
    if (left) this.#bySession.set(session, left);
  }

  /** What is to be published now that the session has ended, in order; forgets it. */
  execute(session: RouterSession): PublishRequest[] {
    const all = this.#bySession.get(session) ?? [];
    this.#bySession.delete(session);
    const of = (scope: Scope): Testament[] => all.filter((testament) => testament.scope === scope);
    return [...of('detached'), ...of('destroyed')].map((testament) => ({ ...testament, publisher: session }));
  }
}
