import type { DiskCounters } from '../../shared/host.ts';
import { readdir } from 'node:fs/promises';
import { readProc } from './proc.ts';

const sector = 512; // the unit of /proc/diskstats and of resourceUsage, whatever the device's own

/** Virtual devices repeat what the disks beneath them count. */
const virtual = /^(loop|ram|zram|dm-|md|sr|fd)/;

/** Byte counters of the machine's whole disks; without /proc, those of this process. */
export async function readDisk(): Promise<DiskCounters> {
  const text = await readProc('/proc/diskstats');
  const whole = await wholeDisks();
  if (text === undefined || whole.size === 0) return ownUsage();
  let read = 0;
  let written = 0;
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const name = fields[2];
    if (name === undefined || !whole.has(name)) continue;
    read += Number(fields[5]) * sector;
    written += Number(fields[9]) * sector;
  }
  return { read, written, scope: 'host' };
}

/** /sys/block lists disks without their partitions, which would be counted twice. */
async function wholeDisks(): Promise<Set<string>> {
  try {
    return new Set((await readdir('/sys/block')).filter((name) => !virtual.test(name)));
  } catch {
    return new Set();
  }
}

function ownUsage(): DiskCounters {
  const { fsRead, fsWrite } = process.resourceUsage();
  return { read: fsRead * sector, written: fsWrite * sector, scope: 'process' };
}
