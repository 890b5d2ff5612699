/**
 * Classes as components: methods that are procedures and handlers of topics, errors that have URIs. In the standard dialect
 * of decorators and in the legacy one, without metadata of types.
 *
 * @packageDocumentation
 */
export { bind, type Binding, type BindingFailure, type BindOptions } from './bind.ts';
export { defineErrors, errorsOf, MappedError } from './error.ts';
export { Procedure, Topic, type WampMethodDecorator } from './method.ts';
export type { Asked, MethodOptions, ProcedureOptions, TopicHandlerOptions } from './decorator-options.ts';
export { decorators, type ContractDecorators } from './typed.ts';
export { uriPattern, type UriParts, type UriPattern } from '../protocol/pattern.ts';
