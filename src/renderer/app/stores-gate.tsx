import { useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import classes from '../components/page.module.css';
import { useStoresAway } from '../components/stack/stack.ts';
import { StoresAway } from '../components/stack/stores-away.tsx';

/** Pages that work without the stores. */
const open = ['/stack', '/doctor', '/system'];

/**
 * Puts what is to be done in the place of pages whose stores are not there. They stay as they are behind it, with what was typed into
 * them, and go on once their reads are answered.
 */
export function StoresGate({ children }: { readonly children: ReactNode }) {
  const reason = useStoresAway();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shut = reason !== null && !open.includes(path);
  return (
    <>
      {shut && (
        <div className={classes.page} role="status">
          <StoresAway reason={reason} />
        </div>
      )}
      <div hidden={shut}>{children}</div>
    </>
  );
}
