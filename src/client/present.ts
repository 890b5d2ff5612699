import type { Joined } from '../session/join.ts';

/** The session that is joined now, and how far it has come in. */
export interface Present extends Joined {
  phase:
    /** The status says so. */
    | 'entering'
    /** Streams are requested, and what was queued is sent. */
    | 'flushing'
    /** Calls and publications go to it directly; `join` is being reported. */
    | 'announced'
    /** Streams are not confirmed yet. */
    | 'healing'
    /** `ready` was reported. */
    | 'ready';
}
