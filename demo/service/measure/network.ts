import type { NetworkCounters } from '../../shared/host.ts';
import { readProc } from './proc.ts';

/** Byte counters of all interfaces; undefined where the platform has none (the topic is then never published). */
export async function readNetwork(): Promise<NetworkCounters | undefined> {
  const text = await readProc('/proc/net/dev');
  return text === undefined ? undefined : parseNetDev(text);
}

/** Two lines of headings, then `name: <8 receive fields> <8 transmit fields>`, bytes first in each half. */
function parseNetDev(text: string): NetworkCounters {
  let received = 0;
  let sent = 0;
  let loopback = 0;
  for (const line of text.split('\n').slice(2)) {
    const [name, rest] = line.split(':');
    if (name === undefined || rest === undefined) continue;
    const fields = rest.trim().split(/\s+/).map(Number);
    if (name.trim() === 'lo') {
      loopback += fields[8] ?? 0; // what goes out on loopback comes in again: one half is the traffic
    } else {
      received += fields[0] ?? 0;
      sent += fields[8] ?? 0;
    }
  }
  return { received, sent, loopback };
}
