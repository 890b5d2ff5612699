import { Injectable, inject, signal } from '@angular/core';
import { Router, type CanActivateFn } from '@angular/router';
import { injectCall } from 'rxwamp/angular';
import { SHOP } from './apis';

/** Who is signed in. The office asks for a fresh token at every attempt to connect. */
@Injectable({ providedIn: 'root' })
export class Login {
  readonly token = injectCall('shop.token', { client: SHOP });
  readonly #credentials = signal<[name: string, password: string] | undefined>(undefined);

  get name(): string | undefined {
    return this.#credentials()?.[0];
  }

  async signIn(name: string, password: string): Promise<void> {
    await this.token.run(name, password);
    this.#credentials.set([name, password]);
  }

  freshToken(): Promise<string> {
    return this.token.run(...(this.#credentials() ?? ['', '']));
  }
}

export const whenSignedIn: CanActivateFn = () =>
  inject(Login).name !== undefined || inject(Router).createUrlTree(['/login']);
