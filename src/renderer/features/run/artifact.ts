import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import type { Run } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Parameter } from '../../../shared/errors/entry.ts';
import { fetchFile } from '../../rpc/files.ts';
import { parseJson } from '../../rpc/json.ts';

const ratio = z.number().nullable();

/** docs/builtin-trainer.md, "Artifacts": what a trainer of ours writes, as far as it is shown; another's may be anything. */
export const perClassSchema = z.object({
  format: z.literal('trainyard/per-class'),
  split: z.string(),
  images: z.number(),
  macro: z.object({ precision: ratio, recall: ratio, f1: ratio }),
  classes: z.array(
    z.object({
      name: z.string(),
      support: z.number(),
      precision: ratio,
      recall: ratio,
      f1: ratio,
    }),
  ),
});
export type PerClass = z.infer<typeof perClassSchema>;

export const confusionSchema = z.object({
  format: z.literal('trainyard/confusion-matrix'),
  split: z.string(),
  classes: z.array(z.string()),
  matrix: z.array(z.array(z.number())),
});
export type Confusion = z.infer<typeof confusionSchema>;

export const predictionsSchema = z.object({
  format: z.literal('trainyard/predictions'),
  split: z.string(),
  images: z.number(),
  wrong: z.number(),
  samples: z.array(
    z.object({
      path: z.string(),
      sha256: z.string(),
      true: z.string(),
      predicted: z.string(),
      correct: z.boolean(),
      probability: ratio,
    }),
  ),
});
export type Predictions = z.infer<typeof predictionsSchema>;

/** What a page can show; a trainer may write any amount. */
const largestBytes = 16 * 1024 * 1024;

/** The newest artifact of a kind, read and checked; null if there is none. An artifact never changes under its address. */
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
