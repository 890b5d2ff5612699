import {
  catchError,
  concatMap,
  EMPTY,
  from,
  isObservable,
  materialize,
  mergeMap,
  of,
  throwError,
  type Observable,
} from 'rxjs';
import { ApplicationError } from '../protocol/errors.ts';
import type { Uri } from '../protocol/uris.ts';
import { isPromise } from '../async.ts';
import { result } from '../session/invocation.ts';
import {
  CallResult,
  type WampEvent,
  Result,
  type Handler,
  type InputChunk,
  type Invocation,
} from '../session/events.ts';
import type { Wamp } from '../session/options.ts';
import { PORT, portOf, type Port, type TypedWamp } from '../session/verbs.ts';
import { checkPayload, ContractError, sentence, type Checked, type PayloadLike } from './check.ts';
import { Contract, type CheckedApiOf, type ContractDefinition, type PayloadSchemas } from './contract.ts';
import type { StandardSchemaV1 } from './schema.ts';

/**
 * A view of a client or session that checks everything it receives by the contract, and delivers the outputs of its schemas:
 *
 * - **Arguments** at the callee, each chunk of a progressive invocation by itself. Violations are answered with
 *   `wamp.error.invalid_argument`, whose message names argument, expected and received, and whose `issues` list them; the
 *   handler does not run, or its `input$` errors.
 * - **Results**, progressive results and errors of the contract at the caller: a violation errors the call with
 *   {@link ContractError} (and cancels it).
 * - **Events** at the subscriber: a violation drops the event and is emitted on `userErrors$`; the topic goes on.
 *
 * The compiler checks what is sent. URIs outside the contract are not checked; what a pattern receives is checked by its
 * actual URI. Asynchronous schemas keep the order.
 *
 * @throws TypeError for wrong arguments
 * @example
 * const checked = validated(wamp, shop);
 * checked.register('com.shop.add', ({ args: [a, b] }) => a + b).subscribe();
 */
export function validated<D extends ContractDefinition>(wamp: Wamp, contract: Contract<D>): TypedWamp<CheckedApiOf<D>> {
  const port = portOf(wamp, 'validated()');
  if (!(contract instanceof Contract))
    throw new TypeError('validated(): expected a Contract, as contract() returns it');
  const view: Wamp & { readonly [PORT]: Port } = {
    subscribe: (topic, options) =>
      wamp.subscribe(topic, options).pipe(concatMap((event) => checkEvent(port, contract, event))) as Observable<never>,
    call: (procedure, ...given) =>
      wamp.call(procedure, ...given).pipe(
        // as a notification, an error cannot overtake a result that is still being checked
        materialize(),
        concatMap((one) =>
          one.kind === 'N'
            ? checkAnswer(contract, procedure, one.value)
            : one.kind === 'E'
              ? checkError(contract, procedure, one.error)
              : EMPTY,
        ),
      ) as Observable<never>,
    register: (procedure, handler, options) =>
      wamp.register(procedure, typeof handler === 'function' ? checking(contract, handler) : handler, options),
    publish: (topic, ...given) => wamp.publish(topic, ...given),
    // for helpers that need more than the verbs
    [PORT]: port,
  };
  return view as unknown as TypedWamp<CheckedApiOf<D>>;
}

/** An event or result with the outputs of the schemas as its payload. */
function withPayload<T extends PayloadLike>(arrival: T, { args, kwargs }: PayloadLike): T {
  return Object.assign(Object.create(Object.getPrototypeOf(arrival) as object) as T, arrival, { args, kwargs });
}

/** Checks a payload, and continues synchronously if the schemas allow. */
function checked<T>(
  schemas: PayloadSchemas | StandardSchemaV1,
  payload: PayloadLike,
  next: (made: Checked) => Observable<T>,
): Observable<T> {
  const made = checkPayload(schemas, payload);
  return isPromise(made) ? from(made).pipe(mergeMap(next)) : next(made);
}

function checkEvent(port: Port, contract: Contract, event: WampEvent): Observable<WampEvent> {
  const { topic } = event.details;
  const schemas = contract.topic(topic);
  if (schemas === undefined) return of(event);
  const dropped = (error: unknown): Observable<never> => {
    port.userError(error, `event of ${topic}`);
    return EMPTY;
  };
  try {
    return checked(schemas, event, (made) =>
      'issues' in made ? dropped(new ContractError('an event of', topic, made.issues)) : of(withPayload(event, made)),
    ).pipe(catchError(dropped));
  } catch (error) {
    return dropped(error);
  }
}

function checkAnswer(contract: Contract, procedure: Uri, answer: CallResult): Observable<CallResult> {
  const entry = contract.procedure(procedure);
  const schemas = answer.progress ? (entry?.progress ?? entry?.result) : entry?.result;
  if (schemas === undefined) return of(answer);
  const what = answer.progress ? 'a progressive result of' : 'the result of';
  return checked(schemas, answer, (made) =>
    'issues' in made
      ? throwError(() => new ContractError(what, procedure, made.issues))
      : of(withPayload(answer, made)),
  );
}

function checkError(contract: Contract, procedure: Uri, error: unknown): Observable<never> {
  const { uri, args, kwargs } = error as Partial<ApplicationError>;
  const schemas = error instanceof Error && uri !== undefined ? contract.error(uri) : undefined;
  if (schemas === undefined || args === undefined || kwargs === undefined) return throwError(() => error);
  return checked(schemas, { args, kwargs }, (made) =>
    throwError(() =>
      'issues' in made
        ? new ContractError(`${procedure} failed, and its error`, uri as Uri, made.issues, error)
        : Object.assign(error as Error, made),
    ),
  );
}

const invalidArgument = (issues: { readonly issues: Parameters<typeof sentence>[0] }): ApplicationError =>
  new ApplicationError('wamp.error.invalid_argument', [sentence(issues.issues)], { issues: issues.issues });

/** The handler with a check of its invocations. */
function checking(contract: Contract, handler: Handler): Handler {
  return (invocation) => {
    const schemas = contract.procedure(invocation.details.procedure);
    if (schemas?.args === undefined && schemas?.kwargs === undefined) return handler(invocation);
    const go = (made: Checked): unknown => {
      if ('issues' in made) throw invalidArgument(made);
      return handler(withArguments(invocation, made, schemas));
    };
    const made = checkPayload(schemas, invocation);
    // a caller that cancels meanwhile unsubscribes it, and the handler is not called
    return isPromise(made) ? from(made).pipe(mergeMap((later) => answers(go(later)))) : go(made);
  };
}

/** The invocation with the outputs of the schemas as its payload. */
function withArguments(invocation: Invocation, { args, kwargs }: PayloadLike, schemas: PayloadSchemas): Invocation {
  return Object.create(invocation, {
    args: { value: args, enumerable: true },
    kwargs: { value: kwargs, enumerable: true },
    details: { value: invocation.details, enumerable: true },
    signal: { get: () => invocation.signal },
    input$: { get: () => invocation.input$.pipe(concatMap((chunk, i) => checkChunk(chunk, i, schemas))) },
  }) as Invocation;
}

function checkChunk(chunk: InputChunk, index: number, { args, kwargs }: PayloadSchemas): Observable<InputChunk> {
  // keyword values come with the first chunk
  return checked({ args, ...(index === 0 && { kwargs }) }, chunk, (made) =>
    'issues' in made ? throwError(() => invalidArgument(made)) : of(made),
  );
}

/** The return value of a handler as the Observable that it stands for. */
function answers(answer: unknown): Observable<unknown> {
  if (isObservable(answer)) return answer;
  const final = (value: unknown): unknown =>
    value instanceof Result || value instanceof CallResult ? value : result(value === undefined ? [] : [value]);
  return isPromise(answer)
    ? from(answer as Promise<unknown>).pipe(mergeMap((value) => of(final(value))))
    : of(final(answer));
}
