// Where a router leaves the specification, or our own router: what fails there must fail, for the reason given.
import type { RouterName } from './routers/router.ts';

/** One known deviation. */
export interface Deviation {
  readonly router: RouterName;
  /** Which specs it makes fail: matched with the spec's full name, without the router. */
  readonly spec: RegExp;
  /** What the router does instead. */
  readonly reason: string;
  /** How the spec fails; matched with the text of its failure. */
  readonly as: RegExp;
}

export const DEVIATIONS: readonly Deviation[] = [];
