import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export const host = '127.0.0.1'; // nothing of the demo is to be seen from other machines

const patience = 15_000; // ms for a port to open
const poll = 25; // ms between two looks

/**
 * Whether the port can be had; the number it got, for port 0.
 *
 * @param {number} port
 * @returns {Promise<number | undefined>}
 */
async function probe(port) {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address ? address.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}

/**
 * The first free port from `port` on. Port 0 asks the system for any.
 *
 * @param {number} port
 * @param {{ only?: boolean, what: string }} options only: that one or none
 */
export async function freePort(port, { only = false, what }) {
  for (let candidate = port; candidate < port + (only ? 1 : 50); candidate += 1) {
    const free = await probe(candidate);
    if (free !== undefined) return free;
  }
  throw new Error(
    only
      ? `Port ${port} (${what}) is taken by another program. Choose another, or 0 for any.`
      : `No free port from ${port} to ${port + 49} for the ${what}.`,
  );
}

/**
 * Resolves when something listens on the port.
 *
 * @param {number} port
 * @param {() => boolean} alive false when there is nothing left to wait for
 */
export async function listening(port, alive) {
  for (const end = Date.now() + patience; Date.now() < end && alive(); await pause(poll)) {
    const socket = connect(port, host);
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      // not yet
    } finally {
      socket.destroy();
    }
  }
  return false;
}
