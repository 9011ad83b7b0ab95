import { useMutation, useMutationState, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { engine, queries, queryClient, stores } from '../../rpc/client.ts';

/** Products call themselves the same in every language. */
export const serviceLabels: Readonly<Record<ServiceName, string>> = {
  postgres: 'PostgreSQL',
  mongo: 'MongoDB',
  redis: 'Redis',
  s3: 'MinIO',
  temporal: 'Temporal',
};

/** How often the daemon is asked while the page is visible: nothing notifies us when something else changes a container. */
const watchedMs = 3000;

/** The stack as it is now, asked again and again while the page is visible; also where the last answer was an error. */
export function useStack() {
  return useQuery(
    queries.stack.status.queryOptions({ refetchInterval: watchedMs, refetchIntervalInBackground: false }),
  );
}

/** Why reads wait for the stores of the profile in use; null if none does. */
export function useStoresAway(): Error | null {
  return useSyncExternalStore(stores.subscribe, stores.snapshot);
}

export type Verb = 'up' | 'down' | 'restart';

const mutationKey = ['stack', 'verb'];

/** Starts, stops or restarts services (none named: all of them); the stack's progress shows what it does then. */
export function useStackVerb() {
  return useMutation({
    mutationKey,
    mutationFn: ({ verb, services }: { readonly verb: Verb; readonly services: readonly ServiceName[] }) =>
      engine.stack[verb]({ services: [...services] }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queries.stack.status.key() }),
  });
}

/** Why the newest wish was refused, wherever it was made (this page, the palette); null if it was not. */
export function useStackRefusal(): unknown {
  const errors = useMutationState({ filters: { mutationKey }, select: ({ state }) => state.error });
  return errors.at(-1) ?? null;
}
