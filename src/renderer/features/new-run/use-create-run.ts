import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { useWrite, type Write } from '../../components/use-write.ts';
import { engine, queries } from '../../rpc/client.ts';

/**
 * Queues a training and opens its page. The same wish sent again (a second press, a lost answer) carries the same request id, so that
 * it never trains twice.
 */
export function useCreateRun(): Write<CreateRunInput> {
  const navigate = useNavigate();
  const last = useRef({ wish: '', requestId: '' });
  return useWrite({
    send: (wish: CreateRunInput, options) => {
      const text = JSON.stringify(wish);
      if (last.current.wish !== text) last.current = { wish: text, requestId: crypto.randomUUID() };
      return engine.runs.create({ ...wish, requestId: last.current.requestId }, options);
    },
    onDone: ({ runId }) => navigate({ to: '/runs/$runId', params: { runId } }),
    refresh: queries.runs.list.key(),
  });
}
