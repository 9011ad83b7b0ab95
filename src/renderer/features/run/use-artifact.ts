import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { Run } from '../../../shared/contract/runs.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { fetchFile } from '../../rpc/fetch-file.ts';

/** What a page can show; a trainer may write any amount. */
const largestBytes = 16 * 1024 * 1024;

function jsonOf(text: string, wrong: (what: string, hint: string) => TrainyardError): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw wrong('it is no JSON', 'Write it as docs/builtin-trainer.md says.');
  }
}

/** The newest artifact of a kind, read and checked; null where there is none. An artifact never changes under its address. */
export function useArtifact<T>(run: Run, kind: string, schema: z.ZodType<T>) {
  const artifact = run.artifacts
    .filter((one) => one.kind === kind)
    .toSorted((a, b) => a.attempt - b.attempt || a.createdAt.localeCompare(b.createdAt))
    .at(-1);
  return useQuery({
    queryKey: ['artifact', kind, artifact?.id ?? null],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<T | null> => {
      if (!artifact) return null;
      const wrong = (what: string, hint: string) =>
        new TrainyardError('ARTIFACT_UNREADABLE', `${artifact.path}: ${what}`, hint);
      if ((artifact.sizeBytes ?? 0) > largestBytes)
        throw wrong('it is too large to be shown', 'Download it instead.');
      const answer = await fetchFile(artifact.url, signal);
      if (!answer.ok)
        throw wrong(`HTTP ${answer.status}`, 'See whether the file still stands in the run directory.');
      const parsed = schema.safeParse(jsonOf(await answer.text(), wrong));
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw wrong(
          `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
          'Write it as docs/builtin-trainer.md says.',
        );
      }
      return parsed.data;
    },
  });
}
