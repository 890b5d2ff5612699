/**
 * Classes as components: methods as procedures and as handlers of topics, classes of errors with URIs. Decorators of the
 * standard dialect and of the legacy one, without metadata of types.
 *
 * @packageDocumentation
 */
export { bind, type Binding, type BindingFailure, type BindOptions } from './bind.ts';
export { errorsOf, MappedError } from './error.ts';
export { Procedure, Topic, type WampMethodDecorator } from './method.ts';
export type { InstanceOptions, MethodOptions, ProcedureOptions, TopicHandlerOptions } from './decorator-options.ts';

export { decorators, type ContractDecorators } from './typed.ts';
export { uriPattern, type UriParts, type UriPattern } from '../protocol/pattern.ts';
