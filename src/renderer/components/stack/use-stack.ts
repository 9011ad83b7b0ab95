import { useQuery } from '@tanstack/react-query';
import { queries } from '../../rpc/client.ts';

/** How often the daemon is asked while somebody looks: nothing tells when a container changes by another hand. */
export const watchedMs = 3000;

/** The stack as it is now, asked again every `everyMs` while the page is visible; also where the last answer was an error. */
export function useStack(everyMs: number) {
  return useQuery(
    queries.stack.status.queryOptions({ refetchInterval: everyMs, refetchIntervalInBackground: false }),
  );
}
