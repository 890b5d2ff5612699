/**
 * A small service, and a client that calls it by name.
 *
 *     npx rxwamp run binary.js#BinaryNumberService binary.js#client
 */
import { switchMap, tap } from 'rxjs';
import type { Session } from 'rxwamp';
import { rpc } from 'rxwamp/contract';
import { Procedure } from 'rxwamp/decorators';
import { awaitRegistration } from 'rxwamp/meta';

export class BinaryNumberService {
  @Procedure({ spread: true, invoke: 'roundrobin' }) // as many processes as the work needs
  get_binary_number(integer: number): string {
    return integer.toString(2);
  }
}

export const client = (session: Session<{ procedures: BinaryNumberService }>) =>
  awaitRegistration(session, 'get_binary_number').pipe(
    switchMap(() => rpc(session).get_binary_number(13)),
    tap((binary) => console.log(`13 is ${binary}`)),
  );
