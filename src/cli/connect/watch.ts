import { Subscription } from 'rxjs';
import type { Client } from '../../client/client.ts';
import type { LifecycleEvent } from '../../client/status.ts';
import { messageOf } from '../../protocol/thrown.ts';
import type { Terminal } from '../command.ts';
import { lineOf } from '../values.ts';
import { plain } from '../text.ts';
import type { ConnectionFlags } from './flags.ts';

/** A client's work, as far as the log depends on it. */
export interface Logged {
  /** Whether the work goes on in later sessions; otherwise the loss of the first one ends it. */
  readonly lasting: boolean;
  /** A name for its lines where several clients run. Errors in code of the user are reported, too. */
  readonly name?: string;
}

/** Logs the connection on standard error: all events with `--verbose`, and in any case a loss after which the work goes on. */
export function watch(
  wamp: Client,
  { verbose = false, messages = false }: ConnectionFlags,
  { err }: Terminal,
  { lasting, name }: Logged,
): Subscription {
  const all = new Subscription();
  const prefix = name === undefined ? '' : `${name}: `;
  const log = (text: string): void => err(`rxwamp: ${prefix}${plain(text)}\n`);
  if (messages) {
    all.add(
      wamp.messages$.subscribe(({ direction, message }) =>
        err(`${prefix}${direction === 'in' ? '<' : '>'} ${lineOf(message)}\n`),
      ),
    );
  }
  let lost = false;
  all.add(
    wamp.lifecycle$.subscribe((event) => {
      if (verbose) log(lineFor(event));
      else if (lasting && event.type === 'disconnect' && event.error) log(`${event.error.message}; trying again`);
      else if (lost && event.type === 'join') log('joined again; events in between are missing');
      if (event.type === 'join') lost = false;
      if (event.type === 'disconnect' && event.error) lost = true;
    }),
  );
  all.add(
    wamp.userErrors$.subscribe(({ error, context }) => {
      // the error that ends a component is printed at its end
      const isNews = name !== undefined && context !== 'main of runClient';
      if (verbose || isNews) log(`error in ${context}: ${messageOf(error)}`);
    }),
  );
  return all;
}

/** A lifecycle event as a line. */
function lineFor(event: LifecycleEvent): string {
  switch (event.type) {
    case 'connect':
      return `connected to ${event.transport.url ?? event.transport.type} (${event.transport.serializer})`;
    case 'challenge':
      return `the router challenges with ${event.method}`;
    case 'insecure':
      return `the secret of ${event.method} went in the clear to ${event.url}: use TLS`;
    case 'join': {
      const { id, details } = event.session;
      return `joined ${details.realm} as ${details.authid ?? 'anonymous'}, role ${details.authrole ?? 'none'}, session ${id}`;
    }
    case 'ready':
      return 'all streams are confirmed';
    case 'leave':
      return `left: ${event.reason}`;
    case 'disconnect':
      return `disconnected${event.error ? `: ${event.error.message}` : ''}`;
    case 'connectfailure':
      return `attempt ${event.attempt} failed: ${event.error.message}`;
    case 'heal':
      return `${event.stream.uri} was refused: ${event.error.message}; next request in ${Math.round(event.delay)} ms`;
    case 'publisherror':
      return `${event.topic} was not published: ${messageOf(event.error)}`;
  }
}
