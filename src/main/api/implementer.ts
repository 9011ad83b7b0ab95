import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/contract.ts';

/** What a handler knows of the caller. */
export interface ApiContext {
  readonly userId: string;
}

/** The contract, ready to be implemented; one file per domain does its part of it. */
export const api = implement(contract).$context<ApiContext>();
