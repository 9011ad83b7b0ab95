import type { Parameter } from './entry.ts';

/** Where in the user's input the fault is. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
}

/** An error of ours as it is sent and kept: its English sentences, and the parameters from which the other language's are made. */
export interface KeptError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly place: ErrorPlace;
}

/** The same of whoever sent it, or of an earlier version, which may have left something out. */
export type ErrorRecord = Pick<KeptError, 'code' | 'message' | 'hint'> & {
  readonly [Field in 'parameters' | 'place']?: KeptError[Field] | undefined;
};

export interface ErrorOptions {
  readonly place?: ErrorPlace;
  /** Another HTTP status than the catalogue's. */
  readonly status?: number;
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error that a person reads: what is wrong (`message`), a stable `code` (SCREAMING_SNAKE_CASE), and how to fix it.
 * It crosses the contract unchanged. `fault` (catalogue.ts) makes those of the catalogue.
 */
export class TrainyardError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly place: ErrorPlace;
  /** The HTTP status that REST answers with. */
  readonly status: number;
  /** What else belongs to it, as a service's last lines. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    hint: string,
    options: ErrorOptions & { readonly parameters?: Readonly<Record<string, Parameter>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TrainyardError';
    this.code = code;
    this.hint = hint;
    this.parameters = options.parameters ?? {};
    this.place = options.place ?? {};
    this.status = options.status ?? 400;
    this.details = options.details ?? {};
  }

  /** The error of a record, as it was sent or kept. */
  static from(record: ErrorRecord, options: Omit<ErrorOptions, 'place'> = {}): TrainyardError {
    const { code, message, hint, parameters = {}, place = {} } = record;
    return new TrainyardError(code, message, hint, { ...options, parameters, place });
  }

  /** What is sent and kept of it. */
  get record(): KeptError {
    const { code, message, hint, parameters, place } = this;
    return { code, message, hint, parameters, place };
  }
}

/** What an error says; for whatever was thrown that is none, the thing itself. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The sentence for standard error and toasts: what is wrong, then the hint. */
export function errorSentence(error: unknown): string {
  if (error instanceof TrainyardError) return `${error.message.replace(/\.?$/, '.')} ${error.hint}`;
  return errorMessage(error);
}
