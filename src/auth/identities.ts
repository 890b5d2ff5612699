import type { Dict } from '../protocol/payload.ts';
import type { Identity } from './authenticator.ts';

/**
 * One identity of several shares.
 *
 * @throws TypeError where two of them contradict each other
 */
export function mergeIdentities(shares: readonly Identity[]): Identity {
  const merged: Dict = {};
  const add = (into: Dict, names: object): void => {
    for (const [name, value] of Object.entries(names) as [string, unknown][]) {
      if (value === undefined) continue;
      if (Object.hasOwn(into, name) && into[name] !== value) {
        throw new TypeError(`auth: the authenticators must agree on ${name}`);
      }
      into[name] = value;
    }
  };
  for (const { authid, authrole, authextra } of shares) {
    add(merged, { authid, authrole });
    if (authextra) add((merged['authextra'] ??= {}) as Dict, authextra);
  }
  return merged;
}
