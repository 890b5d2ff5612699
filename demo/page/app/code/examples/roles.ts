import { Component, inject, Injectable, signal } from '@angular/core';
import { anonymous, ticket, type Identity } from 'rxwamp';
import { provideWamp, topicResource, withAuth, withIdentity } from 'rxwamp/angular';

@Injectable({ providedIn: 'root' })
export class Login {
  readonly user = signal<Identity>({}); // { authid: 'operator' } after the login
}

export const wamp = provideWamp(
  { url: 'ws://127.0.0.1:8080', realm: 'realm1' },
  withIdentity(() => inject(Login).user()), // joins anew when it changes
  withAuth((user) => [user?.authid ? ticket({ authid: user.authid, ticket: 'open-sesame' }) : anonymous()]),
);

@Component({ selector: 'app-audit', template: `{{ audit.error()?.message ?? audit.value() }}` })
export class Audit {
  readonly audit = topicResource('demo.audit'); // refused to guests
}
