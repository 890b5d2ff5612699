import { Subscription } from 'rxjs';
import type { Client } from '../../client/client.ts';
import type { LifecycleEvent } from '../../client/status.ts';
import { messageOf } from '../../protocol/thrown.ts';
import type { Terminal } from '../command.ts';
import { lineOf } from '../values.ts';
import { plain } from '../text.ts';
import type { Task } from './attend.ts';
import type { ConnectionFlags } from './flags.ts';

/** Tells of the connection on standard error: all of it with `--verbose`, and of a loss in any case where we go on after it. */
export function watch(
  wamp: Client,
  { verbose = false, messages = false }: ConnectionFlags,
  { err }: Terminal,
  { lasting, name }: Pick<Task, 'lasting' | 'name'>,
): Subscription {
  const all = new Subscription();
  const who = name === undefined ? '' : `${name}: `;
  const say = (text: string): void => {
    err(`rxwamp: ${who}${plain(text)}\n`);
  };
  if (messages) {
    all.add(
      wamp.messages$.subscribe(({ direction, message }) => {
        err(`${who}${direction === 'in' ? '<' : '>'} ${lineOf(message)}\n`);
      }),
    );
  }
  let lost = false;
  all.add(
    wamp.lifecycle$.subscribe((event) => {
      if (verbose) say(told(event));
      else if (lasting && event.type === 'disconnect' && event.error) say(`${event.error.message}; trying again`);
      else if (lost && event.type === 'join') say('joined again; what came in between is missing');
      if (event.type === 'join') lost = false;
      if (event.type === 'disconnect' && event.error) lost = true;
    }),
  );
  all.add(
    wamp.userErrors$.subscribe(({ error, context }) => {
      // the end of a component tells what it failed with
      const told = name !== undefined && context !== 'main of runClient';
      if (verbose || told) say(`error in ${context}: ${messageOf(error)}`);
    }),
  );
  return all;
}

/** An event of the connection's life as a line. */
function told(event: LifecycleEvent): string {
  switch (event.type) {
    case 'connect':
      return `connected to ${event.transport.url ?? event.transport.type} (${event.transport.serializer})`;
    case 'challenge':
      return `the router asks for a proof by ${event.method}`;
    case 'join': {
      const { id, details } = event.session;
      return `joined ${details.realm} as ${details.authid ?? 'nobody'}, role ${details.authrole ?? 'none'}, session ${id}`;
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
      return `${event.stream.uri} was refused: ${event.error.message}; asking again in ${Math.round(event.delay)} ms`;
    case 'publisherror':
      return `${event.topic} was not published: ${messageOf(event.error)}`;
  }
}
