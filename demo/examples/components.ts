/**
 * Four components: a procedure and its caller, a topic and its publisher. Each is a function that is called on every
 * session; what it returns lives as long as the session does.
 *
 *     npx rxwamp run components.js#add2 components.js#oncounter
 */
import { firstValueFrom, switchMap, tap, timer } from 'rxjs';
import type { Session } from 'rxwamp';
import { awaitRegistration } from 'rxwamp/meta';

export const add2 = (session: Session) =>
  session.register('com.myapp.add2', ({ args: [x, y] }) => Number(x) + Number(y));

export async function caller(session: Session): Promise<void> {
  const call$ = awaitRegistration(session, 'com.myapp.add2').pipe(
    switchMap(() => session.call<number>('com.myapp.add2', [2, 3])),
  );
  const { value } = await firstValueFrom(call$);
  console.log(`call result: ${value}`);
}

export const oncounter = (session: Session) =>
  session.subscribe<number>('com.myapp.oncounter').pipe(tap(({ value }) => console.log(`event received: ${value}`)));

export const counter = (session: Session) =>
  timer(0, 1000).pipe(tap((n) => session.publish('com.myapp.oncounter', [n])));
