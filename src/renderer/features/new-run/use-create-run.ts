import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import { engine, queries } from '../../rpc/client.ts';

export interface RunWish {
  readonly project: string;
  readonly dataset: string;
  /** Of the dataset; the newest where left out. */
  readonly version?: number;
  readonly model: string;
  readonly name: string;
  readonly overrides: TrainingOverrides;
}

/**
 * Queues a training and opens its page. The same wish sent again (a second press, a lost answer) carries the same request id, so that
 * it never trains twice.
 */
export function useCreateRun() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const last = useRef({ wish: '', requestId: '' });
  return useMutation({
    mutationFn: (wish: RunWish) => {
      const text = JSON.stringify(wish);
      if (last.current.wish !== text) last.current = { wish: text, requestId: crypto.randomUUID() };
      const { name, ...rest } = wish;
      return engine.runs.create({
        ...rest,
        ...(name.trim() !== '' && { name: name.trim() }),
        requestId: last.current.requestId,
      });
    },
    onSuccess: async ({ runId }) => {
      await navigate({ to: '/runs/$runId', params: { runId } });
      await client.invalidateQueries({ queryKey: queries.runs.list.key() });
    },
  });
}
