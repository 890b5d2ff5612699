import { arch, cpus, platform, release, totalmem, uptime } from 'node:os';
import type { HostInfo } from '../shared/host.ts';

/** What kind of machine this is. Its name and addresses are nobody's business. */
export function hostInfo(): HostInfo {
  const processors = cpus();
  return {
    platform: platform(),
    release: release(),
    arch: arch(),
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: totalmem(),
    uptime: uptime(),
    node: process.version,
  };
}
