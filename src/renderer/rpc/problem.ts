import { ORPCError } from '@orpc/client';
import { errorData } from '../../shared/contract/common.ts';
import { type ErrorRecord, errorMessage, TrainyardError } from '../../shared/errors/error.ts';

/** An error as a person reads it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** What the catalogue's sentences name. */
  readonly parameters?: ErrorRecord['parameters'];
  /** The input field at fault, dotted. */
  readonly field: string | null;
}

/** Code, message, hint and field of anything that was thrown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof TrainyardError) return { ...error.record, field: error.place.field ?? null };
  const message = errorMessage(error);
  if (error instanceof ORPCError) {
    const { hint, parameters, place } = errorData.safeParse(error.data).data ?? { hint: '' };
    return { code: error.code, message, hint: hint || null, parameters, field: place?.field || null };
  }
  return { code: 'UNEXPECTED', message, hint: null, field: null };
}

/** Whether the thing that was asked for does not exist, or its id is malformed. For reads by an id alone. */
export function namesNothing(error: unknown): boolean {
  return error instanceof ORPCError && (error.status === 404 || error.status === 400);
}
