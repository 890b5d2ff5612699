import { toWire } from '../protocol/names.ts';
import { ApplicationError, InvalidStateError, SerializationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { ERROR, withPayload, type Message, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Reply } from '../session/request-port.ts';

/** A dictionary with the names of the wire. */
export const toWireDict = (dict: Readonly<Dict>): Dict =>
  Object.fromEntries(Object.entries(dict).map(([name, value]) => [toWire(name), value]));

/** A reply of the router, with the tab's request id. */
export function replyFor(request: Id, reply: Reply): Message {
  const message: unknown[] = [...reply];
  message[reply[0] === ERROR ? 2 : 1] = request;
  return message as unknown as Message;
}

/** ERROR for a request that router or worker refused; `fallback` is the URI where the worker refused its content. */
export function errorFor(type: number, request: Id, error: unknown, fallback: Uri): MessageOf<8> {
  if (error instanceof ApplicationError) {
    return withPayload([ERROR, type, request, toWireDict(error.details), error.uri], error.args, error.kwargs);
  }
  const refused = error instanceof InvalidStateError || error instanceof SerializationError;
  return [ERROR, type, request, {}, refused ? fallback : 'wamp.error.runtime_error', [messageOf(error)]];
}
