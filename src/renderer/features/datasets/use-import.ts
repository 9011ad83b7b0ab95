import type { ImportInput, importModes, Reading, Validation } from '../../../shared/contract/datasets.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { type EngineClient, engine, queries, queryClient } from '../../rpc/client.ts';
import { uploadFile } from './upload.ts';
import { untilOver, useTask } from './use-task.ts';

/** What is entered. */
export type ImportValues = {
  readonly from: 'path' | 'file';
  readonly path: string;
  readonly file: File | null;
  readonly project: string | null;
  readonly name: string;
  readonly mode: (typeof importModes)[number];
  readonly skipInvalid: boolean;
  readonly reading: Reading;
};

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
    : fault('IMPORT_FAILED', { cause: { en: 'no reason was kept', ko: '까닭이 기록되지 않음' } });
