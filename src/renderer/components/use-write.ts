import { type QueryKey, useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { queryClient } from '../rpc/client.ts';

export interface WriteOptions<Input, Output> {
  /** Sends it; the signal takes it back as long as it waits for a connection. */
  readonly send: (input: Input, options: { readonly signal: AbortSignal }) => Promise<Output>;
  /** It was done, and the form or dialog that asked for it is still there. */
  readonly onDone?: (output: Output) => unknown;
  /** The reads that are not true any more, whoever is still there. */
  readonly refresh: QueryKey;
  /** The dialog goes; nothing where a page asks. */
  readonly onClose?: () => void;
}

export interface Write<Input> {
  readonly start: (input: Input) => void;
  readonly isPending: boolean;
  /** Somebody wants to close the dialog, and the write is on its way already: its end is waited for. */
  readonly isLeaving: boolean;
  readonly error: unknown;
  /** Closes the dialog, taking the write back where it was not sent; where it was, once its end is known and shown. */
  readonly close: () => void;
}

/** A change that a person asks for in a form or dialog: it is never made after they took it back or left. */
export function useWrite<Input, Output>({
  send,
  onDone,
  refresh,
  onClose,
}: WriteOptions<Input, Output>): Write<Input> {
  // Of the write under way. Not `isPending`: that is as old as the last rendering, and Escape may come right behind the click.
  const asked = useRef<AbortController | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  useEffect(() => () => asked.current?.abort(), []);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: ({ input, signal }: { readonly input: Input; readonly signal: AbortSignal }) =>
      send(input, { signal }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: refresh }),
  });
  const leave = () => {
    setLeaving(false);
    reset();
    onClose?.();
  };
  return {
    // These, unlike the mutation's own, are not called once whoever asked is gone.
    start: (input) => {
      const controller = new AbortController();
      const { signal } = controller;
      asked.current = controller;
      mutate(
        { input, signal },
        {
          onSuccess: (output) => {
            asked.current = null;
            setLeaving(false);
            onDone?.(output);
          },
          onError: (fault) => {
            asked.current = null;
            setLeaving(false);
            if (signal.aborted && fault === signal.reason) leave();
          },
        },
      );
    },
    isPending,
    isLeaving,
    error,
    close: () => {
      if (!asked.current) return leave();
      setLeaving(true);
      asked.current.abort();
    },
  };
}
