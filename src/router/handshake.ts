import { Subscription } from 'rxjs';
import { isDict } from '../protocol/kinds.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { CHALLENGE, WELCOME, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { isUri, type Uri } from '../protocol/uris.ts';
import type { MaybeAsync } from '../async.ts';
import { whenAnswered } from './answer.ts';
import type { AuthStep, GrantedIdentity, RouterAuthenticator } from './auth-options.ts';
import type { Quirks, RouterFeatures } from './quirks.ts';
import type { Randomness } from './random.ts';
import type { Realm } from './realm.ts';
import { RouterSession, type SessionLink } from './router-session.ts';

/** What a handshake asks of the router. */
export interface Doorkeeper {
  readonly quirks: Quirks;
  readonly features: RouterFeatures;
  readonly random: Randomness;
  /** The realm of that name; `null` asks for the router's choice. */
  realm(name: string | null): Realm | undefined;
  /** A fault: the reason to refuse this attempt with. */
  refusal(): Uri | undefined;
}

/** How a handshake ends. */
export interface Outcome {
  welcome(realm: Realm, session: RouterSession, message: MessageOf<2>): void;
  abort(reason: Uri, message: string): void;
}

/** What a router calls itself in WELCOME. */
const AGENT = 'rxwamp-router';
/** Rounds of CHALLENGE and AUTHENTICATE before the router gives up on its own authenticator. */
const MAX_ROUNDS = 8;
const ROLES = ['publisher', 'subscriber', 'caller', 'callee'];
const DENIALS = new Set(['wamp.error.authentication_denied', 'wamp.error.no_such_principal']);

/** From HELLO to WELCOME or ABORT (WAMP, sections "Session Establishment" and "Authentication"). */
export class Handshake {
  readonly #door: Doorkeeper;
  readonly #link: SessionLink;
  readonly #name: string | null;
  readonly #details: Dict;
  readonly #outcome: Outcome;
  #pending = Subscription.EMPTY;
  #verify: ((signature: string, extra: Dict) => void) | undefined;
  #rounds = 0;

  constructor(door: Doorkeeper, link: SessionLink, [, realm, details]: MessageOf<1>, outcome: Outcome) {
    this.#door = door;
    this.#link = link;
    this.#name = realm;
    this.#details = details;
    this.#outcome = outcome;
  }

  /** Whether an AUTHENTICATE is due. */
  get challenged(): boolean {
    return this.#verify !== undefined;
  }

  /** @throws ProtocolError for a HELLO without roles */
  begin(): void {
    const details = this.#details;
    const refusal = this.#door.refusal();
    if (refusal !== undefined) {
      this.#outcome.abort(refusal, 'Refused for the test');
      return;
    }
    const { roles } = details;
    if (!isDict(roles) || !ROLES.some((role) => isDict(roles[role]))) {
      throw new ProtocolError(`HELLO.details.roles: expected one of ${ROLES.join(', ')} at least`);
    }
    if (this.#name !== null && !isUri(this.#name)) {
      this.#outcome.abort('wamp.error.invalid_uri', `'${this.#name}' is not a well-formed realm`);
      return;
    }
    const realm = this.#door.realm(this.#name);
    if (!realm) {
      this.#outcome.abort('wamp.error.no_such_realm', `There is no realm '${this.#name ?? ''}'`);
      return;
    }
    const authenticator = this.#choose(realm);
    if (!authenticator) return;
    const session = this.#door.random.id();
    const { authid, authextra = {}, authmethods = [] } = details;
    const request = {
      realm: realm.context.name,
      authid: authid as string | undefined,
      authextra: authextra as Dict,
      authmethods: authmethods as string[],
      details,
      session,
      nonce: this.#door.random.name(),
      link: this.#link.peer.credentials ?? {},
    };
    this.#ask(realm, session, authenticator, () => authenticator.hello(request));
  }

  /** Takes AUTHENTICATE. */
  authenticate([, signature, extra]: MessageOf<5>): void {
    const verify = this.#verify;
    this.#verify = undefined;
    verify?.(signature, extra);
  }

  /** The link is gone: what hooks still answer does not count. */
  cancel(): void {
    this.#pending.unsubscribe();
    this.#verify = undefined;
  }

  /** The first method of the client's list that the realm has. */
  #choose(realm: Realm): RouterAuthenticator | undefined {
    const known = realm.authenticators;
    const wanted = (this.#details['authmethods'] as string[] | undefined) ?? [];
    const methods = wanted.length > 0 ? wanted : ['anonymous'];
    for (const method of methods) {
      const found = known.find((authenticator) => authenticator.method === method);
      if (found) return found;
      if (this.#door.quirks.stopsAtUnknownMethod) break;
    }
    const accepted = known.map(({ method }) => method).join(', ');
    const asked = methods.join(', ');
    if (asked === 'anonymous') this.#outcome.abort('wamp.error.authentication_required', `Accepted here: ${accepted}`);
    else this.#outcome.abort('wamp.error.no_matching_auth_method', `None of ${asked} is accepted here: ${accepted} is`);
    return undefined;
  }

  #ask(realm: Realm, id: number, authenticator: RouterAuthenticator, hook: () => MaybeAsync<AuthStep>): void {
    // the hook may answer before whenAnswered() returns
    const pending = new Subscription();
    this.#pending = pending;
    pending.add(
      whenAnswered(
        hook,
        (step) => {
          this.#step(realm, id, authenticator, step);
        },
        (error) => {
          this.#outcome.abort('wamp.error.authentication_failed', `The authenticator failed: ${String(error)}`);
        },
      ),
    );
  }

  #step(realm: Realm, id: number, authenticator: RouterAuthenticator, step: AuthStep): void {
    if ('accept' in step) {
      this.#welcome(realm, id, authenticator.method, step.accept);
      return;
    }
    if ('deny' in step) {
      const { deniesAsFailed, deniesAsNotAuthorized } = this.#door.quirks;
      let reason = step.deny;
      if (DENIALS.has(reason) && deniesAsFailed) reason = 'wamp.error.authentication_failed';
      if (DENIALS.has(reason) && deniesAsNotAuthorized) reason = 'wamp.error.not_authorized';
      this.#outcome.abort(reason, step.message ?? 'The credentials are not accepted');
      return;
    }
    if (++this.#rounds > MAX_ROUNDS) {
      this.#outcome.abort('wamp.error.authentication_failed', `No verdict after ${MAX_ROUNDS} rounds`);
      return;
    }
    this.#verify = (signature, extra) => {
      this.#ask(realm, id, authenticator, () => step.verify(signature, extra));
    };
    this.#link.send([CHALLENGE, step.method ?? authenticator.method, { ...step.challenge }]);
  }

  /** The realm to join: the one asked for, or the one that the principal belongs to. */
  #assigned(asked: Realm, own: string | undefined): Realm | undefined {
    if (own === undefined || own === asked.context.name) return asked;
    const realm = this.#name === null ? this.#door.realm(own) : undefined;
    if (!realm) {
      const why = this.#name === null ? `There is no realm '${own}'` : `Not a principal of realm '${this.#name}'`;
      this.#outcome.abort('wamp.error.no_such_realm', why);
    }
    return realm;
  }

  #welcome(asked: Realm, id: number, method: string, identity: GrantedIdentity): void {
    const { features, random, quirks } = this.#door;
    const realm = this.#assigned(asked, identity.realm);
    if (!realm) return;
    const { name } = realm.context;
    const { authid = random.name(), authrole = 'user', authprovider = 'static', authextra, trustlevel } = identity;
    const { authmethod = method } = identity;
    if (!realm.authorizer.hasRole(authrole)) {
      this.#outcome.abort('wamp.error.no_such_role', `There is no role '${authrole}'`);
      return;
    }
    const who = { authid, authrole, authmethod, authprovider, trustlevel };
    const session = new RouterSession(id, name, who, this.#details, this.#link, quirks);
    const announced = (names: ReadonlySet<string>): Dict => ({
      features: Object.fromEntries([...names].map((feature) => [feature, true])),
    });
    this.#outcome.welcome(realm, session, [
      WELCOME,
      id,
      {
        realm: name,
        authid,
        authrole,
        authmethod,
        authprovider,
        ...(authextra === undefined ? {} : { authextra: { ...authextra } }),
        agent: AGENT,
        roles: { broker: announced(features.broker), dealer: announced(features.dealer) },
      },
    ]);
  }
}
