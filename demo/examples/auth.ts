/**
 * Authentication: `node auth.js ticket`, or wampcra, wamp-scram, cryptosign. The secret is read from the environment, which
 * a list of processes does not show, at every attempt.
 */
import { cryptosign, isAbortError, runClient, scram, ticket, wampcra, WampClient } from 'rxwamp';
import { router } from './router.ts';

const { RXWAMP_AUTHID: authid = 'joe' } = process.env;
const secret = (): string => process.env['RXWAMP_SECRET'] ?? '';

const proofs = new Map(
  [
    ticket({ authid, ticket: secret }), // the router sees it
    wampcra({ authid, secret }), // a challenge is signed with it
    scram({ authid, password: secret }), // and the router proves that it knows it, too
    cryptosign({ authid, privateKey: secret }), // it never leaves this process, nor has the router a copy
  ].map((proof) => [proof.method, proof]),
);
const proof = proofs.get(process.argv[2] ?? 'ticket');
if (!proof) throw new Error(`expected one of ${[...proofs.keys()].join(', ')}`);

runClient(new WampClient({ ...router, auth: [proof] }), ({ details }) => {
  console.log(`joined ${details.realm} as ${details.authid}, by ${details.authmethod}`);
}).subscribe({
  error: (error: unknown) => {
    console.error(isAbortError(error) ? `refused: ${error.reason}` : error);
    process.exitCode = 1;
  },
});
