import { asyncScheduler } from 'rxjs';
import type { Limits, RealmOptions } from './router-options.ts';
import type { Quirks, RouterFeatures } from './quirks.ts';
import type { Randomness } from './random.ts';

/** What broker, dealer and meta API share within one realm. */
export interface RealmContext {
  readonly name: string;
  readonly options: RealmOptions;
  readonly quirks: Quirks;
  readonly features: RouterFeatures;
  readonly random: Randomness;
  readonly limits: Required<Limits>;
  readonly invocationIds: 'sequential' | 'random';
  /** Called when sessions, subscriptions or registrations changed. */
  readonly changed: () => void;
}

/** The scheduler's time as ISO 8601: virtual where the scheduler is. */
export const timestamp = (): string => new Date(asyncScheduler.now()).toISOString();

/** The error for a client that goes beyond a limit. */
export const LIMIT_EXCEEDED = 'rxwamp.error.limit_exceeded';
