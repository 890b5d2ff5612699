import { ApplicationError, type Invocation } from 'rxwamp';
import { from, of, switchMap, type Observable, type ObservableInput } from 'rxjs';
import { counted } from './counted.ts';
import { hash } from './files/hash.ts';
import { confine } from './files/root.ts';
import { search } from './files/search.ts';
import { stats } from './files/stats.ts';
import { walk } from './files/walk.ts';
import { hostInfo } from './host.ts';

const longestQuery = 200; // characters

/**
 * The procedures. A handler returns the Observable of the call: its values are the partial results, and when the caller
 * cancels, it is unsubscribed and `signal` aborts, which ends the work on the disk.
 */
export const procedures: Readonly<Record<string, (invocation: Invocation) => ObservableInput<unknown>>> = {
  'demo.host.info': () => counted(() => of(hostInfo())),

  'demo.files.stats': ({ signal }) => counted(() => stats(signal)),

  'demo.files.walk': ({ args: [path = '.'], signal }) => onPath(path, (real) => walk(real, signal)),

  'demo.files.search': ({ args: [query, path = '.'], signal }) => {
    if (typeof query !== 'string' || query.trim() === '' || query.length > longestQuery) {
      throw new ApplicationError('wamp.error.invalid_argument', ['give a text to look for']);
    }
    return onPath(path, (real) => search(real, query, signal));
  },

  'demo.files.hash': ({ args: [path], signal }) => onPath(path, (real) => hash(real, signal)),
};

/** Work on a path, once it has been seen to lie inside the project. */
function onPath<T>(path: unknown, work: (real: string) => AsyncIterable<T>): Observable<T> {
  return counted(() => from(confine(path)).pipe(switchMap(work)));
}
