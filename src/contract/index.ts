/**
 * Contracts: one definition of procedures, topics and errors that types a client and, where asked, validates what it sends and
 * receives; and procedures as plain functions.
 *
 * @packageDocumentation
 */
export { ContractError, isContractError, type ContractIssue } from './check.ts';
export {
  contract,
  Contract,
  type ApiOf,
  type CheckedApiOf,
  type ContractDefinition,
  type PayloadSchemas,
  type ProcedureSchemas,
} from './contract.ts';
export { errorOf, isErrorOf } from './contract-errors.ts';
export { kwargs, Kwargs } from './kwargs.ts';
export { proxy, rpc } from './proxy.ts';
export type { AnyRpc, Plain, Remote, RemoteMethod, Rpc, RpcBelow, RpcTree } from './proxy-types.ts';
export type { SchemaIssue, SchemaResult, StandardSchemaV1 } from './schema.ts';
export { validated } from './validated.ts';
