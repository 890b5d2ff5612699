import { toWire } from '../protocol/names.ts';
import { ApplicationError, InvalidStateError, SerializationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { ERROR, withPayload, type Message, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Reply } from '../session/request-port.ts';

/** A dictionary with the names of the wire. */
export const snaked = (dict: Readonly<Dict>): Dict =>
  Object.fromEntries(Object.entries(dict).map(([name, value]) => [toWire(name), value]));

/** An answer of the router, under the tab's id. */
export function answered(reply: Reply, request: Id): Message {
  const answer: unknown[] = [...reply];
  answer[reply[0] === ERROR ? 2 : 1] = request;
  return answer as unknown as Message;
}

/** ERROR for what the router has against a request, or the worker itself: `otherwise` where that is the request's fault. */
export function refusal(type: number, request: Id, error: unknown, otherwise: Uri): MessageOf<8> {
  if (error instanceof ApplicationError) {
    return withPayload([ERROR, type, request, snaked(error.details), error.uri], error.args, error.kwargs);
  }
  const ours = error instanceof InvalidStateError || error instanceof SerializationError;
  const said = error instanceof Error ? error.message : String(error);
  return [ERROR, type, request, {}, ours ? otherwise : 'wamp.error.runtime_error', [said]];
}
