import { getContractRouter, isContractProcedure } from '@orpc/contract';
import { contract } from '../../shared/contract/contract.ts';
import { isWrite } from '../../shared/contract/effects.ts';

/** Whether a procedure of the contract changes something: asked twice it may do it twice. */
export function writes(path: readonly string[]): boolean {
  const procedure = getContractRouter(contract, path);
  return !isContractProcedure(procedure) || isWrite(procedure);
}

/** Whether a request may be sent again where nobody knows if the first one arrived. */
export function isRepeatable(path: readonly string[], input: unknown): boolean {
  // The request's own id makes the second one give the first one's run.
  if (path.join('.') === 'runs.create')
    return typeof input === 'object' && input !== null && 'requestId' in input;
  return !writes(path);
}
