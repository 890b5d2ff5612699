/**
 * The types of the service's events and results, for both sides of the wire. Types only: nothing of this is in a bundle.
 * Every figure is measured; where a platform has no source for one, its topic stays silent. Each event
 * carries the time of its measurement in kwargs: `time`, in milliseconds since 1970.
 */

/** `demo.host.cpu.<n>`: the share of the last interval in which this core was busy, 0…1. */
export type CpuLoad = number;

/** `demo.host.memory`, in bytes. */
export interface Memory {
  readonly total: number;
  /** Available to programs without swapping. */
  readonly available: number;
  /** Page cache and buffers: in use, but given back on demand. */
  readonly cache: number;
}

/** `demo.host.network`: bytes since the machine started. The page derives rates from these counters. */
export interface NetworkCounters {
  readonly received: number;
  readonly sent: number;
  /** Of the loopback interface, which carries this demo's own traffic. */
  readonly loopback: number;
}

/** `demo.host.disk`: bytes since the machine (or, with scope `process`, the service) started. */
export interface DiskCounters {
  readonly read: number;
  readonly written: number;
  readonly scope: 'host' | 'process';
}

/** `demo.host.eventloop`: how late timers of the service's own event loop fired, in milliseconds. */
export interface LoopDelay {
  readonly mean: number;
  readonly max: number;
}

/** `demo.calls`: the outcomes of the calls that reached the service. */
export interface CallCounts {
  readonly running: number;
  readonly finished: number;
  /** Interrupted by a CANCEL from the caller. */
  readonly cancelled: number;
  readonly failed: number;
}

/** `demo.audit`, for operators: a call that reached the service. */
export interface AuditEntry {
  readonly time: number;
  readonly procedure: string;
  /** Of the caller. */
  readonly role: string;
}

/** Result of `demo.host.info`. */
export interface HostInfo {
  readonly platform: string;
  readonly release: string;
  readonly arch: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  /** Seconds since the machine started. */
  readonly uptime: number;
  readonly node: string;
}

/** One row of `demo.files.stats`. */
export interface FileKind {
  readonly kind: string;
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
}

/** Result of `demo.files.stats`: the project's own files, without what it installs or builds. */
export interface FileStats {
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
  readonly kinds: readonly FileKind[];
}

export interface FileSize {
  readonly path: string;
  readonly bytes: number;
}

/** Partial and final results of `demo.files.walk`. */
export interface WalkProgress {
  /** `counting` finds the total; `measuring` reads every file. */
  readonly phase: 'counting' | 'measuring' | 'done';
  readonly folders: number;
  /** Files seen so far in this phase. */
  readonly files: number;
  /** Known once counted. */
  readonly total?: number;
  readonly bytes: number;
  /** The present file. */
  readonly path: string;
  readonly largest: readonly FileSize[];
}

export interface SearchHit {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Partial results of `demo.files.search` carry the hits since the last one; the final result carries none, only the sums. */
export interface SearchProgress {
  readonly scanned: number;
  readonly matches: number;
  readonly hits: readonly SearchHit[];
}

/** Partial and final results of `demo.files.hash`. */
export interface HashProgress {
  readonly path: string;
  readonly bytes: number;
  readonly hashed: number;
  /** Only in the final result. */
  readonly sha256?: string;
}
