import { useSyncExternalStore } from 'react';
import { stores } from '../../rpc/client.ts';

/** Why reads wait for the stores of the profile in use; null where none does. */
export function useStoresAway(): Error | null {
  return useSyncExternalStore(stores.subscribe, stores.snapshot);
}
