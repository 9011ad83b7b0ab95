import type { JobKindName, Outcome } from './ports.ts';

/** What is particular to a kind of job. Whoever does it hands in the same, so that it does not matter who did it. */
export interface JobKind {
  readonly name: JobKindName;
  /** All that a worker on another machine needs beside its access to the object store. */
  plan(args: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Does it here. Answers what `conclude` takes. */
  run(args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
  /** What is kept of what was handed in. @throws where that is not what this kind hands in */
  conclude(args: Readonly<Record<string, unknown>>, handedIn: unknown): Extract<Outcome, { status: 'done' }>;
}
