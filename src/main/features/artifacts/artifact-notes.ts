import { systemFault } from '../../platform/faults/system-fault.ts';
import type { UnitOfWork } from '../../postgres/unit-of-work.ts';
import type { Journal } from '../journal/ports.ts';
import type { UnstoredArtifact } from './ports.ts';

interface ArtifactNotesParts {
  readonly work: UnitOfWork;
  readonly journal: Journal;
}

type Place = Pick<UnstoredArtifact, 'runId' | 'attempt'>;

/** Tells in a run's history that artifacts wait for room, and that they are stored: each once, however often it is tried. */
export class ArtifactNotes {
  private readonly parts: ArtifactNotesParts;
  private readonly told = new Map<string, Place & { readonly count: number; readonly code: string }>();

  constructor(parts: ArtifactNotesParts) {
    this.parts = parts;
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
    const before = this.told.get(attemptId);
    if (before?.count === count && before.code === code) return;
    const which =
      count === 1 ? `The artifact ${first.path} waits` : `${count} artifacts wait, the first ${first.path}`;
    await this.append(first, {
      cause: code,
      message: `${which}: not stored yet, and still in the run directory. ${message}. ${hint}`,
    });
    this.told.set(attemptId, { runId: first.runId, attempt: first.attempt, count, code });
  }

  /** None of the attempt's waits for room any more. */
  async stored(attemptId: string): Promise<void> {
    const before = this.told.get(attemptId);
    if (!before) return;
    await this.append(before, { message: 'The artifacts that waited for room are stored.' });
    this.told.delete(attemptId);
  }

  private async append({ runId, attempt }: Place, data: Readonly<Record<string, unknown>>): Promise<void> {
    const { work, journal } = this.parts;
    await work.transaction((tx) => journal.append(tx, runId, attempt, 'attempt', data));
  }
}
