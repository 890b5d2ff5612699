import { ApplicationError } from '../protocol/errors.ts';
import type { Dict } from '../protocol/payload.ts';
import { bestMatch, type Match, type Uri } from '../protocol/uris.ts';
import { whenAnswered } from './answer.ts';
import type { Action, Permission, RealmOptions, Verdict } from './router-options.ts';
import type { RouterSession } from './router-session.ts';

const ALLOWED: Verdict = { allow: true };

/** Decides what the sessions of a realm may do: first the role's permissions, then the `authorize` hook. */
export class Authorizer {
  readonly #options: RealmOptions;

  constructor(options: RealmOptions) {
    this.#options = options;
  }

  /** Whether a role exists. */
  hasRole(role: string): boolean {
    return this.#options.roles === undefined || Object.hasOwn(this.#options.roles, role);
  }

  /**
   * Goes on with the verdict, in the same turn where the hook answers directly.
   *
   * @param allowed what to do then; receives whether the hook wants the identity disclosed or kept
   * @param refused receives the refusal as an error to answer with
   */
  check(
    session: RouterSession,
    action: Action,
    uri: Uri,
    match: Match,
    options: Dict,
    allowed: (disclose: boolean | undefined) => void,
    refused: (error: ApplicationError) => void,
  ): void {
    if (session.trusted) {
      allowed(undefined);
      return;
    }
    const refuse = (verdict: Partial<Verdict>): void => {
      refused(
        new ApplicationError(verdict.error ?? 'wamp.error.not_authorized', [
          verdict.message ?? `Session ${session.id} (role '${session.authrole}') may not ${action} '${uri}'`,
        ]),
      );
    };
    if (!this.#permits(session.authrole, action, uri)) {
      refuse({});
      return;
    }
    const { authorize } = this.#options;
    if (authorize === undefined) {
      allowed(undefined);
      return;
    }
    whenAnswered(
      () => authorize({ session: session.view(), action, uri, match, options }),
      (answer) => {
        if (!session.live) return;
        const verdict = typeof answer === 'boolean' ? { ...ALLOWED, allow: answer } : answer;
        if (verdict.allow) allowed(verdict.disclose);
        else refuse(verdict);
      },
      (error) => {
        if (session.live) refuse({ error: 'wamp.error.authorization_failed', message: String(error) });
      },
    );
  }

  #permits(role: string, action: Action, uri: Uri): boolean {
    const { roles } = this.#options;
    if (roles === undefined) return true;
    const permissions = Object.hasOwn(roles, role) ? roles[role] : undefined;
    if (permissions === undefined || permissions === true) return permissions === true;
    const candidates = permissions.map((permission) => ({ ...permission, match: permission.match ?? 'exact' }));
    return bestMatch<Permission & { match: Match }>(uri, candidates)?.[action] === true;
  }
}
