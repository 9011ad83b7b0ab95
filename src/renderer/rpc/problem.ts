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

/** Reads code, message, hint and field from whatever was thrown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof TrainyardError) return { ...error.record, field: error.place.field ?? null };
  const message = errorMessage(error);
  if (error instanceof ORPCError) {
    const { hint, parameters, place } = errorData.safeParse(error.data).data ?? { hint: '' };
    return { code: error.code, message, hint: hint || null, parameters, field: place?.field || null };
  }
  return { code: 'UNEXPECTED', message, hint: null, field: null };
}

/** Whether nothing has the name that was asked for: it is not there, or no name at all (a mistyped id). For reads by a name alone. */
export function namesNothing(error: unknown): boolean {
  return error instanceof ORPCError && (error.status === 404 || error.status === 400);
}

/** What a text is as JSON; undefined where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
