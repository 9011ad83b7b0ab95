import { useMutation } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { ServiceName } from '../../../../shared/model/stack.ts';
import { engine } from '../../../rpc/client.ts';

export interface Secrets {
  /** The connection strings that somebody asked to see; no other is kept anywhere in the page. */
  readonly shown: Readonly<Partial<Record<ServiceName, string>>>;
  readonly pending: ServiceName | null;
  readonly error: unknown;
  readonly reveal: (name: ServiceName) => void;
  readonly hide: (name: ServiceName) => void;
  /** Puts it on the clipboard without showing it. Rejects where the engine or the browser refuses. */
  readonly copy: (name: ServiceName) => Promise<void>;
}

/** Connection strings, asked of the engine only when a person wants one. */
export function useSecrets(): Secrets {
  const [shown, setShown] = useState<Secrets['shown']>({});
  const asked = useMutation({
    mutationFn: async (name: ServiceName) => (await engine.stack.reveal())[name],
    gcTime: 0,
  });
  const { mutate, reset } = asked;
  const reveal = useCallback(
    (name: ServiceName) =>
      mutate(name, {
        onSuccess: (url) => {
          setShown((before) => ({ ...before, [name]: url }));
          // The answer must not stay behind in the mutation when it is hidden again.
          reset();
        },
      }),
    [mutate, reset],
  );
  const hide = useCallback(
    (name: ServiceName) =>
      setShown((before) => Object.fromEntries(Object.entries(before).filter(([one]) => one !== name))),
    [],
  );
  const copy = useCallback(async (name: ServiceName) => {
    await navigator.clipboard.writeText((await engine.stack.reveal())[name]);
  }, []);
  return {
    shown,
    pending: asked.isPending ? (asked.variables ?? null) : null,
    error: asked.error,
    reveal,
    hide,
    copy,
  };
}
