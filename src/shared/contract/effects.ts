import type { AnyContractProcedure } from '@orpc/contract';
import type { ProcedureMeta } from './common.ts';

function effectOf(procedure: AnyContractProcedure): ProcedureMeta['effect'] | 'write' {
  const { route, meta } = procedure['~orpc'];
  if (route.method === 'GET') return 'harmless';
  const { effect }: ProcedureMeta = meta;
  return effect ?? 'write';
}

/** Whether a procedure changes something: asked twice it may do it twice. */
export function isWrite(procedure: AnyContractProcedure): boolean {
  return effectOf(procedure) !== 'harmless';
}

/** Whether a procedure is refused while the disk is full. */
export function needsRoom(procedure: AnyContractProcedure): boolean {
  return effectOf(procedure) === 'write';
}
