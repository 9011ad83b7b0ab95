import { useMutation, useMutationState, useQueryClient } from '@tanstack/react-query';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { engine, queries } from '../../rpc/client.ts';

export interface VerbWish {
  readonly verb: 'up' | 'down' | 'restart';
  /** None: all of them. */
  readonly services: readonly ServiceName[];
}

const mutationKey = ['stack', 'verb'];

/** Starts, stops or restarts; what it does then is told by the stack's progress. */
export function useStackVerb() {
  const client = useQueryClient();
  return useMutation({
    mutationKey,
    mutationFn: ({ verb, services }: VerbWish) => engine.stack[verb]({ services: [...services] }),
    onSettled: () => client.invalidateQueries({ queryKey: queries.stack.status.key() }),
  });
}

/** Why the newest wish was refused, wherever it was made (this page, the palette); null where it was not. */
export function useStackRefusal(): unknown {
  const errors = useMutationState({ filters: { mutationKey }, select: ({ state }) => state.error });
  return errors.at(-1) ?? null;
}
