import { Injectable, computed, signal } from '@angular/core';
import { anonymous, ticket, type Authenticator, type Identity } from 'rxwamp';

const operator = { authid: 'operator', ticket: 'open-sesame' }; // no secret: server/realm.mjs has it, too

/** Who is at this page: a guest, or the operator, who shows a ticket. The client joins anew when it changes. */
@Injectable({ providedIn: 'root' })
export class Account {
  readonly #identity = signal<Identity>({});
  readonly identity = this.#identity.asReadonly();
  readonly isOperator = computed(() => this.#identity().authid === operator.authid);

  login(): void {
    this.#identity.set({ authid: operator.authid });
  }

  logout(): void {
    this.#identity.set({});
  }

  /** How this identity is proved to the router. */
  auth(identity: Identity | undefined): readonly Authenticator[] {
    return [identity?.authid === operator.authid ? ticket(operator) : anonymous()];
  }
}
