import { portOf } from '../session/port.ts';
import type { Wamp } from '../session/session.ts';
import { Engine } from './engine.ts';

/** A whole client rather than one of its sessions: what functions take that look after its sessions. */
export interface AnyClient extends Wamp {
  close(reason?: string, message?: string): Promise<unknown>;
}

/** What drives a client; `what` asks for it. */
export function engineOf(client: AnyClient, what: string): Engine {
  const port = portOf(client, what);
  if (!(port instanceof Engine)) throw new TypeError(`${what}: expected a WampClient, got a Session`);
  return port;
}
