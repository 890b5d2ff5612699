/** A service of one procedure: `npx rxwamp run hello.js#HelloService`. Its test is beside it. */
import type { Invocation } from 'rxwamp';
import { Procedure } from 'rxwamp/decorators';

export interface HelloApi {
  procedures: { say_hello: { kwargs: { name: string }; result: string } };
}

export class HelloService {
  @Procedure()
  say_hello({ kwargs: { name } }: Invocation): string {
    return `Hello ${String(name)}`;
  }
}
