import { randomUUID } from 'node:crypto';
import type { Reading } from '../../../shared/contract/dataset-reading.ts';
import type { FormatChoice, Validation } from '../../../shared/contract/datasets.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import { fetchSource, type SourceParts } from './bucket-archive.ts';
import type { ExaminationWatch, Examine } from './examination.ts';
import { FileProgress, type ProgressState } from './file-progress.ts';
import { evaluateUnopened } from './validation.ts';

export interface CheckRequest {
  readonly path: string;
  readonly format: FormatChoice;
  readonly reading: Reading;
}

/** Who looks at a check asks again at once; a page that was closed does not, nor does one that lost its connection for longer. */
const abandonedMs = 10_000;
const atOnce = 4;

interface Check {
  readonly progress: FileProgress;
  readonly stop: AbortController;
  readers: number;
  abandoned: NodeJS.Timeout | undefined;
  validation: Validation | null;
}

interface CheckParts extends SourceParts {
  readonly examine: Examine;
}

/** Checks of sources: those in the background each run for as long as somebody asks for it. */
export class Checks {
  private readonly parts: CheckParts;
  private readonly abandonedMs: number;
  private readonly checks = new Map<string, Check>();
  private readonly running = new Set<Promise<void>>();

  constructor(parts: CheckParts, waits: { readonly abandonedMs: number } = { abandonedMs }) {
    this.parts = parts;
    this.abandonedMs = waits.abandonedMs;
  }

  /** Examines everything. A source that cannot be examined at all is a finding like any other. */
  async validate(request: CheckRequest, signal = new AbortController().signal): Promise<Validation> {
    try {
      return await this.look(request, signal);
    } catch (error) {
      if (!(error instanceof TrainyardError)) throw error;
      return evaluateUnopened(error, request.format);
    }
  }

  /** How many are under way. */
  get underWay(): number {
    return this.running.size;
  }

  /** @throws TrainyardError TOO_MANY_CHECKS */
  start(request: CheckRequest): { checkId: string } {
    if (this.running.size >= atOnce) throw fault('TOO_MANY_CHECKS', { count: atOnce });
    const checkId = randomUUID();
    const check: Check = {
      progress: new FileProgress(),
      stop: new AbortController(),
      readers: 0,
      abandoned: undefined,
      validation: null,
    };
    this.checks.set(checkId, check);
    this.expect(checkId, check);
    const work = this.carryOut(check, request).finally(() => this.running.delete(work));
    this.running.add(work);
    return { checkId };
  }

  /**
   * How far it is, and at its end what it found; waits for a change from `afterDone` up to `waitMs`.
   * @throws TrainyardError CHECK_NOT_FOUND
   */
  async wait(
    { checkId, afterDone, waitMs }: { checkId: string; afterDone: number; waitMs: number },
    left?: AbortSignal,
  ): Promise<ProgressState & { readonly validation: Validation | null }> {
    const check = this.checks.get(checkId);
    if (!check) throw fault('CHECK_NOT_FOUND', { check: checkId });
    clearTimeout(check.abandoned);
    check.readers += 1;
    try {
      await check.progress.wait(afterDone, waitMs, left);
    } finally {
      check.readers -= 1;
      if (check.readers === 0 && this.checks.has(checkId)) this.expect(checkId, check);
    }
    return { ...check.progress.state, validation: check.validation };
  }

  /** Harmless where it has ended. */
  cancel(checkId: string): { checkId: string } {
    const check = this.checks.get(checkId);
    clearTimeout(check?.abandoned);
    check?.stop.abort();
    this.checks.delete(checkId);
    return { checkId };
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    for (const checkId of [...this.checks.keys()]) this.cancel(checkId);
    await Promise.all(this.running);
  }

  private async look(
    { path, ...request }: CheckRequest,
    signal: AbortSignal,
    progress: FileProgress | null = null,
  ): Promise<Validation> {
    await using fetched = await fetchSource(path, request.reading, this.parts, `check-${randomUUID()}`, {
      signal,
      onProgress: (...at) => progress?.follow('downloading', ...at),
    });
    const watch: ExaminationWatch = { signal, onProgress: (...at) => progress?.follow(...at) };
    return (await this.parts.examine({ ...fetched.place, ...request, scratch: null }, watch)).validation;
  }

  private expect(checkId: string, check: Check): void {
    clearTimeout(check.abandoned);
    check.abandoned = setTimeout(() => this.cancel(checkId), this.abandonedMs).unref();
  }

  private async carryOut(check: Check, request: CheckRequest): Promise<void> {
    const { progress, stop } = check;
    try {
      check.validation = await this.look(request, stop.signal, progress);
      progress.enter('done', check.validation.summary.images);
    } catch (error) {
      const known = systemFault(error) ?? fault('CHECK_FAILED', { cause: errorMessage(error) });
      progress.enter('failed', null, known.record);
    }
  }
}
