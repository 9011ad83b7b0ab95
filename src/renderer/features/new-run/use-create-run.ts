import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { engine, queries } from '../../rpc/client.ts';

/**
 * Queues a training and opens its page. The same wish sent again (a second press, a lost answer) carries the same request id, so that
 * it never trains twice.
 */
export function useCreateRun() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const last = useRef({ wish: '', requestId: '' });
  return useMutation({
    mutationFn: (wish: CreateRunInput) => {
      const text = JSON.stringify(wish);
      if (last.current.wish !== text) last.current = { wish: text, requestId: crypto.randomUUID() };
      return engine.runs.create({ ...wish, requestId: last.current.requestId });
    },
    onSuccess: async ({ runId }) => {
      await navigate({ to: '/runs/$runId', params: { runId } });
      await client.invalidateQueries({ queryKey: queries.runs.list.key() });
    },
  });
}
