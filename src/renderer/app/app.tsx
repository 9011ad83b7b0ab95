import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
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
  useEffect(() => {
    const wake = () => {
      if (document.visibilityState !== 'visible') return;
      connection.retryNow();
      void connection.probe();
    };
    document.addEventListener('visibilitychange', wake);
    const probing = setInterval(() => void connection.probe(), probeMs);
    return () => {
      document.removeEventListener('visibilitychange', wake);
      clearInterval(probing);
    };
  }, []);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colorSchemes}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
