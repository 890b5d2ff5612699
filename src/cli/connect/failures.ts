import {
  AbortError,
  ApplicationError,
  CallTimeoutError,
  ClosedError,
  ConnectFailedError,
  ConnectionLostError,
  GoodbyeError,
  InvalidUriError,
  ProtocolError,
  SerializationError,
} from '../../protocol/errors.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { CliError, EXIT } from '../command.ts';
import { lineOf } from '../values.ts';

/** What can be done about an error of the other side, where we know. */
const HINTS: readonly (readonly [reason: RegExp, hint: string])[] = [
  [/\.no_such_realm$/, 'Choose another --realm.'],
  [/\.no_such_procedure$/, 'What there is, rxwamp meta registrations shows.'],
  [
    /\.procedure_already_exists$/,
    'Somebody has registered it; share it with --option invoke=roundrobin on both sides.',
  ],
  [
    /\.(no_such_principal|no_such_role|authentication_\w+|no_matching_auth_method|no_auth_method|cannot_authenticate)$/,
    'Look at --auth, --authid and the secret.',
  ],
  [
    /\.(not_authorized|authorization_\w+)$/,
    'This session may not: look at --authid and the permissions at the router.',
  ],
];

/** What went wrong, as a sentence for the user, and the exit code. */
export interface Failure {
  readonly message: string;
  readonly code: number;
}

/** Explains what a verb, or the connection, has failed with. */
export function explain(error: unknown): Failure {
  if (error instanceof CliError) return { message: error.message, code: error.code };
  const message = messageOf(error);
  if (error instanceof ApplicationError) {
    return { message: sentence(message + payloadOf(error), hintOf(error.uri)), code: EXIT.failed };
  }
  if (error instanceof CallTimeoutError) return { message, code: EXIT.timeout };
  // the verbs throw these for arguments that cannot be right, or cannot be sent
  const wrong = [TypeError, InvalidUriError, SerializationError].some((kind) => error instanceof kind);
  if (wrong) return { message, code: EXIT.usage };
  if (error instanceof AbortError || error instanceof GoodbyeError) {
    // where we refused, it is the router that has to do better
    if (error instanceof AbortError && error.local) return { message, code: EXIT.noSession };
    return { message: sentence(message, hintOf(error.reason)), code: EXIT.noSession };
  }
  if (error instanceof ConnectFailedError) {
    const hint = message.includes('certificate')
      ? 'Say whom to trust with --ca, and whom to expect with --servername.'
      : 'Is a router there? Say where with --url.';
    return { message: sentence(dialled(message, error), hint), code: EXIT.noSession };
  }
  const ended = [ConnectionLostError, ClosedError, ProtocolError].some((kind) => error instanceof kind);
  return { message, code: ended ? EXIT.noSession : EXIT.failed };
}

/** With what the platform's `fetch()` failed, which its message does not tell. */
function dialled(message: string, error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  const { code } = root as NodeJS.ErrnoException;
  // that of several addresses in a row has no message
  return message.replace('fetch failed', (said) => [messageOf(root), code].find(Boolean) ?? said);
}

/** What an error carries beside the text that is its message. */
function payloadOf({ args, kwargs }: ApplicationError): string {
  const more = typeof args[0] === 'string' ? args.slice(1) : args;
  const parts = [
    ...(more.length > 0 ? [`args: ${lineOf(args)}`] : []),
    ...(Object.keys(kwargs).length > 0 ? [`kwargs: ${lineOf(kwargs)}`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

const hintOf = (reason: string): string | undefined => HINTS.find(([pattern]) => pattern.test(reason))?.[1];

const sentence = (said: string, hint: string | undefined): string =>
  hint === undefined ? said : `${said.replace(/\.$/, '')}. ${hint}`;
