import { useEffect, useState } from 'react';
import type { BackupOperation } from '../../../shared/contract/backups.ts';
import { engine, queries, queryClient } from '../../rpc/client.ts';
import { pause } from '../../rpc/pause.ts';

/** Rows are counted far more often than anybody reads. */
const settleMs = 200;

interface Followed {
  /** As new as it is known. */
  readonly operation: BackupOperation | null;
  /** This page began it, or saw it under way. */
  readonly seen: boolean;
  /** What this page saw under way is unknown to the engine that is there now. */
  readonly interrupted: boolean;
}

/**
 * How the operation of the list goes on, whoever began it. A lost connection only delays it.
 * @param begun the operation that this page asked for: it may be over before the list is read
 */
export function useOperation(
  listed: BackupOperation | null | undefined,
  begun: BackupOperation | null,
): Followed {
  const [newest, setNewest] = useState<BackupOperation | null>(null);
  const running = listed?.status === 'running' ? listed.id : null;
  useEffect(() => {
    if (running === null) return;
    const left = new AbortController();
    const { signal } = left;
    const follow = async () => {
      for (let after = -1; !signal.aborted; ) {
        const now = await engine.backups.progress({ operation: running, after, waitMs: 10_000 }, { signal });
        setNewest(now);
        if (now.status !== 'running') break;
        after = now.seq;
        await pause(settleMs, signal);
      }
    };
    const refresh = () => queryClient.invalidateQueries({ queryKey: queries.backups.list.key() });
    follow()
      .catch((error: unknown) => {
        // Otherwise the engine knows nothing of it any more: the list says what there is.
        if (signal.aborted && error !== signal.reason) reportError(error);
      })
      .finally(() => {
        if (!signal.aborted) void refresh();
      });
    return () => left.abort();
  }, [running]);
  const isNewer = listed != null && newest?.id === listed.id && newest.seq > listed.seq;
  return {
    operation: isNewer ? newest : (listed ?? null),
    seen: listed != null && (newest?.id === listed.id || begun?.id === listed.id),
    interrupted: listed === null && newest?.status === 'running',
  };
}
