import { implement, ORPCError } from '@orpc/server';
import { contract } from '../../src/shared/contract/contract.ts';
import type { TrainyardError } from '../../src/shared/errors/error.ts';

/** The contract, ready to be implemented in memory. */
export const os = implement(contract);

function missing(what: string): ORPCError<'NOT_FOUND', { hint: string; place: object }> {
  return new ORPCError('NOT_FOUND', {
    status: 404,
    message: `There is no ${what}`,
    data: { hint: 'Check the address.', place: {} },
  });
}

/** An error of the catalogue, as the engine sends it. */
export function refusal({ code, status, message, hint, parameters, place }: TrainyardError) {
  return new ORPCError(code, { status, message, data: { hint, parameters, place } });
}

/** The value, or the contract's NOT_FOUND. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw missing(what);
  return value;
}

/** Whether a text holds what is searched for; all do where nothing is. */
export function matches(text: string, search: string | undefined): boolean {
  return search === undefined || text.toLowerCase().includes(search.toLowerCase());
}

/** A page of a list; a place is a number here. */
export function pageOf<T>(
  all: readonly T[],
  { after, skip = 0, limit }: { after?: string | undefined; skip?: number | undefined; limit: number },
) {
  const from = Number(after ?? 0) + skip;
  const next = from + limit < all.length ? String(from + limit) : null;
  return { rows: all.slice(from, from + limit), next, total: from === 0 ? all.length : null };
}

/** Newest first. */
export function newest<T extends { createdAt: string }>(all: Iterable<T>): T[] {
  return [...all].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
