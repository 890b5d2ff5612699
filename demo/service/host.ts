import { arch, cpus, platform, release, totalmem, uptime } from 'node:os';
import type { HostInfo } from '../shared/host.ts';

/** The kind of this machine, without its name and addresses. */
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
