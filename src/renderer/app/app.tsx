import {
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
  MantineProvider,
} from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { connection } from '../rpc/client.ts';
import { queryClient } from './query-client.ts';
import { router } from './router.tsx';

/** Neutral greys with a trace of blue; 7 is the page, 6 a surface on it. */
const dark: MantineColorsTuple = [
  '#e7e9ee',
  '#b8bcc8',
  '#9298a6',
  '#646b79',
  '#3a404b',
  '#2a2f38',
  '#1c2027',
  '#13161b',
  '#0e1014',
  '#090a0d',
];

const systemFonts =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "Inter", "Noto Sans", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", sans-serif';

/** Nothing is fetched: every font is one that the system has. */
const theme = createTheme({
  colors: { dark },
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 6 },
  fontFamily: systemFonts,
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK KR", D2Coding, monospace',
  headings: { fontFamily: systemFonts, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, fz: 'xs' } },
    Modal: {
      defaultProps: { transitionProps: { duration: 120 }, radius: 'lg', padding: 'lg' },
      styles: { title: { fontSize: 16, fontWeight: 650 } },
    },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 'sm' } },
  },
});

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
