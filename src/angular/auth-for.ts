import { NEVER } from 'rxjs';
import type { Authenticator, Identity } from '../index.ts';
import type { AuthOf } from './feature.ts';

/** The authenticators for a user; for none, one that waits, before anything is dialled, until the client joins anew. */
export const authFor = (identity: Identity | undefined, auth: AuthOf): readonly Authenticator[] =>
  identity ? auth(identity) : [nobody];

const nobody: Authenticator = { method: 'anonymous', hello: () => NEVER, challenge: () => NEVER };
