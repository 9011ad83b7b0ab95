import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { useDocumentVisibility, useInterval } from '@mantine/hooks';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { connection, queryClient } from '../rpc/client.ts';
import { router } from './router.tsx';
import { theme } from './theme.ts';

const colorSchemes = localStorageColorSchemeManager({ key: 'trainyard-color-scheme' });

const probeMs = 15_000;

/** The whole page. */
export function App() {
  const visibility = useDocumentVisibility();
  useEffect(() => {
    if (visibility !== 'visible') return;
    connection.retryNow();
    void connection.probe();
  }, [visibility]);
  useInterval(() => void connection.probe(), probeMs, { autoInvoke: true });
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colorSchemes}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
