// Components for `rxwamp run`.
import { firstValueFrom, type Observable } from 'rxjs';
import { Procedure, Topic } from '../../src/decorators/index.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';
import type { Session } from '../../src/session/session.ts';
import type { Registration, Wamp } from '../../src/session/options.ts';

export class Counter {
  readonly #wamp: Wamp;
  #count = 0;

  constructor(wamp: Wamp) {
    this.#wamp = wamp;
  }

  @Procedure('counter.next')
  next(): number {
    this.#wamp.publish('spec.counter.counted', [++this.#count]);
    return this.#count;
  }

  @Topic('counter.reset')
  reset(): void {
    this.#count = 0;
  }

  @Procedure('counter.broken')
  broken(): never {
    throw new Error('the counter is broken');
  }
}

class Greeter {
  @Procedure('spec.greet')
  greet(): string {
    return 'hello';
  }
}
/** An object that is there already. */
export default new Greeter();

/** What is no component. */
export class Plain {
  readonly text = 'plain';
}
export const number = 5;

/** Lives as long as its registration. */
export const adder = (session: Session): Observable<Registration> =>
  session.register('spec.add', ({ args: [a, b] }) => Number(a) + Number(b));

/** Sets something up, and stays; takes no errors. */
export function careless(session: Session): void {
  session.register('spec.careless', () => 'fine').subscribe();
  session.register('spec.careless', () => 'twice').subscribe();
}

/** Does its work, and ends. */
export async function once(session: Session): Promise<void> {
  await firstValueFrom(session.publish('spec.once', ['done'], {}, { acknowledge: true }));
}

export function fails(): never {
  throw new ApplicationError('com.spec.error.broken', ['this component is broken']);
}
