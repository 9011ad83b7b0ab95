import { systemFault } from '../../platform/faults/system-fault.ts';
import type { Db } from '../../postgres/db.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import type { UnstoredArtifact } from './artifact-rows.ts';

type Place = Pick<UnstoredArtifact, 'runId' | 'attempt'>;

/** Tells in a run's history that artifacts wait for room, and that they are stored: each once, however often it is tried. */
export class ArtifactNotes {
  private readonly db: Db;
  private readonly reported = new Map<string, Place & { readonly count: number; readonly code: string }>();

  constructor(db: Db) {
    this.db = db;
  }

  /** @param count of the attempt's artifacts that wait, `first` among them @param error why that one waits */
  async waitForRoom(
    attemptId: string,
    first: UnstoredArtifact,
    count: number,
    error: unknown,
  ): Promise<void> {
    const fault = systemFault(error);
    if (!fault) return;
    const { code, message, hint } = fault;
    const before = this.reported.get(attemptId);
    if (before?.count === count && before.code === code) return;
    const which =
      count === 1 ? `The artifact ${first.path} waits` : `${count} artifacts wait, the first ${first.path}`;
    await this.append(first, {
      cause: code,
      message: `${which}: not stored yet, and still in the run directory. ${message}. ${hint}`,
    });
    this.reported.set(attemptId, { runId: first.runId, attempt: first.attempt, count, code });
  }

  /** None of the attempt's waits for room any more. */
  async stored(attemptId: string): Promise<void> {
    const before = this.reported.get(attemptId);
    if (!before) return;
    await this.append(before, { message: 'The artifacts that waited for room are stored.' });
    this.reported.delete(attemptId);
  }

  private async append({ runId, attempt }: Place, data: Readonly<Record<string, unknown>>): Promise<void> {
    await this.db.transaction((tx) => appendToJournal(tx, runId, attempt, 'attempt', data));
  }
}
