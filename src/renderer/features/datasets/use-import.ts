import { useEffect, useMemo, useRef, useState } from 'react';
import type { Reading } from '../../../shared/contract/dataset-reading.ts';
import type {
  FormatChoice,
  ImportInput,
  importModes,
  Validation,
} from '../../../shared/contract/datasets.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { isOver } from '../../../shared/model/import-phase.ts';
import { type EngineClient, engine, queries, queryClient } from '../../rpc/client.ts';
import { uploadFile } from '../../rpc/upload.ts';

/** Does what `start` was given, and reports its state; `signal` aborts when the person takes it back. */
type Work<State> = (report: (state: State) => void, signal: AbortSignal) => Promise<void>;

/**
 * What a person starts and may take back: starting anew, `reset`, another subject and leaving the page end it. `idle` is the state before
 * and after.
 * @param subject what the work is about: the state of work on another one is never shown
 */
function useTask<State>(idle: State, subject: object | null = null) {
  const [{ about, state }, setState] = useState({ about: subject, state: idle });
  const current = useRef(new AbortController());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the work ends when its subject is another one
  useEffect(() => () => current.current.abort(), [subject]);
  return {
    state: about === subject ? state : idle,
    start: (work: Work<State>) => {
      current.current.abort();
      current.current = new AbortController();
      const { signal } = current.current;
      const report = (next: State) => {
        if (!signal.aborted) setState({ about: subject, state: next });
      };
      void work(report, signal);
    },
    reset: () => {
      current.current.abort();
      setState({ about: subject, state: idle });
    },
  };
}

/** Follows a check or an import by cursor until its end: a lost connection only delays it. */
async function untilOver<Progress extends { phase: Parameters<typeof isOver>[0]; done: number }>(
  wait: (afterDone: number) => Promise<Progress>,
  report: (progress: Progress) => void,
): Promise<Progress> {
  for (let afterDone = -1; ; ) {
    const progress = await wait(afterDone);
    if (isOver(progress.phase)) return progress;
    report(progress);
    afterDone = progress.done;
  }
}

/** What is entered. */
export type ImportValues = {
  readonly from: 'path' | 'file';
  readonly path: string;
  readonly file: File | null;
  readonly project: string | null;
  readonly name: string;
  readonly mode: (typeof importModes)[number];
  readonly skipInvalid: boolean;
  readonly format: FormatChoice;
  readonly reading: Reading;
};

/** Whether a path is `s3://bucket/prefix`. */
export const isInBucket = (path: string) => path.trim().startsWith('s3://');

/** Whether folders may be classes in a format. */
export const hasClassFolders = (format: FormatChoice) => format === 'auto' || format === 'imagenet';

/** How the source is to be read: the level of class folders only where it has any, and a server only for a bucket. */
export function sentReading({
  path,
  format,
  reading,
}: Pick<ImportValues, 'path' | 'format' | 'reading'>): Reading {
  const { classesAt, namesEncoding, s3 } = reading;
  const folders = { classesAt: hasClassFolders(format) ? classesAt : null, namesEncoding };
  return isInBucket(path) && s3 && (s3.endpoint ?? s3.profile) !== null ? { ...folders, s3 } : folders;
}

/** What is sent for it. Of a file of this machine, its name stands for the path until the engine has it. */
export interface ImportWish {
  readonly values: ImportValues;
  readonly input: ImportInput;
}

type Answer = Awaited<ReturnType<EngineClient['datasets']['waitForImport']>>;

export type ImportState =
  | { readonly at: 'idle' }
  | {
      readonly at: 'working';
      readonly phase: 'uploading';
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly at: 'working';
      readonly phase: 'importing';
      /** Whether the engine has it: it then goes on whoever looks. */
      readonly isBegun: boolean;
      readonly progress: Answer | null;
    }
  | {
      readonly at: 'done';
      readonly datasetId: string;
      readonly reused: boolean;
      readonly validation: Validation | null;
    }
  | { readonly at: 'cancelled' }
  | { readonly at: 'failed'; readonly error: unknown; readonly validation: Validation | null };

async function sourcePath(
  wish: ImportWish,
  report: (state: ImportState) => void,
  signal: AbortSignal,
): Promise<string> {
  const { from, file } = wish.values;
  if (from === 'path' || !file) return wish.input.path;
  const at = (done: number) => report({ at: 'working', phase: 'uploading', done, total: file.size });
  at(0);
  return uploadFile(file, at, signal);
}

const idle: ImportState = { at: 'idle' };

/** Starts an import and follows it. */
export function useImport() {
  const { state, start } = useTask(idle);
  const startImport = (wish: ImportWish) =>
    start(async (report, signal) => {
      report({ at: 'working', phase: 'importing', isBegun: false, progress: null });
      try {
        const path = await sourcePath(wish, report, signal);
        const { datasetId, importId } = await engine.datasets.import({ ...wish.input, path }, { signal });
        report({ at: 'working', phase: 'importing', isBegun: true, progress: null });
        const { phase, error, reused, validation } = await untilOver(
          (afterDone) => engine.datasets.waitForImport({ importId, afterDone, waitMs: 10_000 }, { signal }),
          (progress) => report({ at: 'working', phase: 'importing', isBegun: true, progress }),
        );
        if (phase === 'cancelled') report({ at: 'cancelled' });
        else if (phase === 'failed') report({ at: 'failed', error: failureOf(error), validation });
        else report({ at: 'done', datasetId, reused, validation });
      } catch (error) {
        report({ at: 'failed', error, validation: null });
      } finally {
        await queryClient.invalidateQueries({ queryKey: queries.datasets.key() });
      }
    });
  return { state, start: startImport };
}

const failureOf = (error: Answer['error']): TrainyardError =>
  error
    ? TrainyardError.from(error)
    : fault('IMPORT_FAILED', { cause: { en: 'no reason was kept', ko: '원인이 기록되지 않음' } });

type CheckProgress = Awaited<ReturnType<EngineClient['datasets']['waitForCheck']>>;

interface CheckState {
  /** Null until the engine has reported any. */
  readonly progress: CheckProgress | null;
  readonly isPending: boolean;
  readonly data: Validation | null;
  readonly error: unknown;
}

export interface Check extends CheckState {
  /** A check that is under way ends. */
  readonly start: () => void;
  /** Ends it, in the engine too, and forgets what it found. */
  readonly reset: () => void;
}

const unchecked: CheckState = { progress: null, isPending: false, data: null, error: null };

/** Follows a check until its end, and ends it in the engine where the signal is aborted. */
async function follow(
  wish: Pick<ImportValues, 'path' | 'format' | 'reading'>,
  signal: AbortSignal,
  report: (progress: CheckProgress) => void,
): Promise<CheckProgress> {
  const { checkId } = await engine.datasets.startCheck(wish);
  // If this fails, the check ends by itself, because nobody asks for it any more.
  const cancel = () => void engine.datasets.cancelCheck({ checkId }).catch(() => undefined);
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel);
  try {
    return await untilOver(
      (afterDone) => engine.datasets.waitForCheck({ checkId, afterDone, waitMs: 5000 }, { signal }),
      report,
    );
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/**
 * Checks a folder or archive of the engine's machine, or a bucket; leaving the page ends the check, and so does entering another source: what was found
 * is shown for the source that it was found in, and for no other.
 */
export function useCheck({ from, path, file, format, reading }: ImportValues): Check {
  const sent = sentReading({ path, format, reading });
  const { classesAt, namesEncoding } = sent;
  const { endpoint = null, profile = null } = sent.s3 ?? {};
  // The form copies what lies in its values at each change: only what it is made of stays the same.
  const source = useMemo(
    () => ({ from, path, file, format, classesAt, namesEncoding, endpoint, profile }),
    [from, path, file, format, classesAt, namesEncoding, endpoint, profile],
  );
  const { state, start, reset } = useTask(unchecked, source);
  return {
    ...state,
    reset,
    start: () =>
      start(async (report, signal) => {
        const show = (progress: CheckProgress | null) => report({ ...unchecked, isPending: true, progress });
        show(null);
        try {
          const wish = { path: path.trim(), format, reading: sent };
          const { error, validation } = await follow(wish, signal, show);
          report({ ...unchecked, data: validation, error: error && TrainyardError.from(error) });
        } catch (error) {
          report({ ...unchecked, error });
        }
      }),
  };
}
