import { freemem, totalmem } from 'node:os';
import type { Memory } from '../../shared/host.ts';
import { readProc } from './proc.ts';

/** Memory in bytes. Linux reports the size of the cache, other platforms only free memory. */
export async function readMemory(): Promise<Memory> {
  const text = await readProc('/proc/meminfo');
  if (text === undefined) return { total: totalmem(), available: freemem(), cache: 0 };
  const bytes = (field: string): number => {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text);
    return match ? Number(match[1]) * 1024 : 0;
  };
  return { total: bytes('MemTotal'), available: bytes('MemAvailable'), cache: bytes('Cached') + bytes('Buffers') };
}
