import { ORPCError } from '@orpc/client';
import { errorMessage, TrainyardError } from '../../shared/model/errors.ts';

/** An error as a person reads it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** The input field at fault, dotted. */
  readonly field: string | null;
}

function text(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null || !(name in value)) return null;
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'string' && found !== '' ? found : null;
}

/** Reads code, message, hint and field from whatever was thrown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof TrainyardError) {
    return { code: error.code, message: error.message, hint: error.hint, field: error.place.field ?? null };
  }
  if (error instanceof ORPCError) {
    const data: unknown = error.data;
    const place: unknown = typeof data === 'object' && data !== null && 'place' in data ? data.place : null;
    return {
      code: error.code,
      message: error.message,
      hint: text(data, 'hint'),
      field: text(place, 'field'),
    };
  }
  return {
    code: 'UNEXPECTED',
    message: errorMessage(error),
    hint: null,
    field: null,
  };
}

/** Whether nothing has the name that was asked for: it is not there, or no name at all (a mistyped id). For reads by a name alone. */
export function namesNothing(error: unknown): boolean {
  return error instanceof ORPCError && (error.status === 404 || error.status === 400);
}
