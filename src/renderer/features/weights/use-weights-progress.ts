import { useEffect, useState } from 'react';
import type { Weights, WeightsProgress } from '../../../shared/contract/weights.ts';
import { engine, queries, queryClient } from '../../rpc/client.ts';

/** How far weights are that are being stored; null until it is known, and where none are. A lost connection only delays it. */
export function useWeightsProgress({ id, status }: Pick<Weights, 'id' | 'status'>): WeightsProgress | null {
  const [progress, setProgress] = useState<WeightsProgress | null>(null);
  useEffect(() => {
    if (status !== 'storing') return setProgress(null);
    const left = new AbortController();
    const follow = async () => {
      for (let afterDone = -1; ; ) {
        const now = await engine.weights.wait(
          { weightsId: id, afterDone, waitMs: 10_000 },
          { signal: left.signal },
        );
        if (now.phase === 'done' || now.phase === 'failed') break;
        setProgress(now);
        afterDone = now.done;
      }
      await queryClient.invalidateQueries({ queryKey: queries.weights.key() });
    };
    follow().catch((error: unknown) => {
      // They were removed meanwhile: the list says so.
      if (!left.signal.aborted) void queryClient.invalidateQueries({ queryKey: queries.weights.key() });
      else if (error !== left.signal.reason) reportError(error);
    });
    return () => left.abort();
  }, [id, status]);
  return progress;
}
