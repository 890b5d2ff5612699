import { Component, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Login } from '../login';

@Component({
  template: `
    <form (submit)="$event.preventDefault(); signIn(name.value, password.value)">
      <label>Name <input #name value="ann" autocomplete="username" /></label>
      <label>Password (tea) <input #password type="password" autocomplete="current-password" /></label>
      <button [disabled]="login.token.running()">Sign in</button>
    </form>
    @if (login.token.error(); as error) {
      <p role="alert">{{ error.message }}</p>
    }
  `,
})
export class LoginForm {
  protected readonly login = inject(Login);
  readonly #router = inject(Router);

  protected async signIn(name: string, password: string): Promise<void> {
    try {
      await this.login.signIn(name, password);
      await this.#router.navigateByUrl('/office');
    } catch {
      // the form shows why
    }
  }
}
