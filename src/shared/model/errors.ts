/** Where in the user's input the fault is. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
}

/**
 * An error that a person reads: what is wrong (`message`), a stable `code` (SCREAMING_SNAKE_CASE), and how to fix it.
 * It crosses the contract unchanged.
 */
export class TrainyardError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly place: ErrorPlace;
  /** The HTTP status that REST answers with. */
  readonly status: number;
  /** What else belongs to it, as a service's last lines. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    hint: string,
    options: {
      place?: ErrorPlace;
      status?: number;
      cause?: unknown;
      details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TrainyardError';
    this.code = code;
    this.hint = hint;
    this.place = options.place ?? {};
    this.status = options.status ?? 400;
    this.details = options.details ?? {};
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
