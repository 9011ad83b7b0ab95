import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { Run } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Parameter } from '../../../shared/errors/entry.ts';
import { fetchFile } from '../../rpc/files.ts';
import { parseJson } from '../../rpc/json.ts';

/** What a page can show; a trainer may write any amount. */
const largestBytes = 16 * 1024 * 1024;

type Artifact = Run['artifacts'][number];

/** The newest of the artifacts that are meant, read and checked; null if there is none. An artifact never changes under its address. */
export function useArtifact<T>(run: Run, isMeant: (artifact: Artifact) => boolean, schema: z.ZodType<T>) {
  const artifact = run.artifacts
    .filter(isMeant)
    .toSorted((a, b) => a.attempt - b.attempt || a.createdAt.localeCompare(b.createdAt))
    .at(-1);
  return useQuery({
    queryKey: ['artifact', artifact?.id ?? null],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<T | null> => {
      if (!artifact) return null;
      const wrong = (why: Parameter) => fault('ARTIFACT_UNREADABLE', { path: artifact.path, why });
      if ((artifact.sizeBytes ?? 0) > largestBytes) throw wrong({ en: 'it is too large', ko: '너무 큽니다' });
      const answer = await fetchFile(artifact.url, signal);
      if (!answer.ok) throw wrong(`HTTP ${answer.status}`);
      const json = parseJson(await answer.text());
      if (json === undefined) throw wrong({ en: 'it is no JSON', ko: 'JSON이 아닙니다' });
      const parsed = schema.safeParse(json);
      if (parsed.success) return parsed.data;
      const issue = parsed.error.issues[0];
      throw wrong(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    },
  });
}
