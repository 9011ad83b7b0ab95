import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { Run } from '../../../shared/contract/runs.ts';
import { TrainyardError } from '../../../shared/model/errors.ts';
import { fetchFile } from '../../rpc/fetch-file.ts';

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
      const answer = await fetchFile(artifact.url, signal);
      const wrong = (what: string, mend: string) =>
        new TrainyardError('ARTIFACT_UNREADABLE', `${artifact.path}: ${what}`, mend);
      if (!answer.ok)
        throw wrong(`HTTP ${answer.status}`, 'See whether the file still stands in the run directory.');
      const parsed = schema.safeParse(await answer.json());
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
