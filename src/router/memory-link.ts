import { ProtocolError } from '../protocol/errors.ts';
import type { MemoryChannel } from './memory-transport.ts';
import type { RouterCore } from './core.ts';

/** Attaches the router's end of a link in memory. */
export function attachMemory(core: RouterCore, channel: MemoryChannel): void {
  const link = core.attach(
    {
      send: (message) => {
        channel.send(message);
      },
      canWrite: (message) => channel.canWrite(message),
      close: (code, reason) => {
        channel.close(code, reason);
      },
      drop: () => {
        channel.drop();
      },
      raw: (frame) => {
        channel.sendFrame(frame);
      },
    },
    { type: 'memory', serializer: channel.details.serializer },
  );
  const listen = (): void => {
    channel.incoming.subscribe({
      next: (value) => {
        link.receive(value);
      },
      error: (error: unknown) => {
        if (!(error instanceof ProtocolError)) {
          link.lost();
          return;
        }
        link.undecodable(error.message);
        // a router that ignores such frames listens on
        if (!link.closed) listen();
      },
      complete: () => {
        link.lost();
      },
    });
  };
  listen();
}
