import { createTheme, type MantineColorsTuple } from '@mantine/core';

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

/** The page's look; `global.css` has its other colours. Nothing is fetched: every font is one that the system has. */
export const theme = createTheme({
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
    Menu: { styles: { itemLabel: { whiteSpace: 'nowrap' } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, fz: 'xs' } },
    Modal: {
      defaultProps: { transitionProps: { duration: 120 }, radius: 'lg', padding: 'lg' },
      styles: { title: { fontSize: 16, fontWeight: 650 } },
    },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 'sm' } },
  },
});
