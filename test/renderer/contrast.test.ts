import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core';
import { expect, test } from 'vitest';
import { theme } from '../../src/renderer/app/theme.ts';

const renderer = path.resolve(import.meta.dirname, '../../src/renderer');
const read = (file: string) => readFileSync(path.join(renderer, file), 'utf8');

type Variables = Readonly<Record<string, string>>;
/** Red, green and blue from 0 to 255, and how much covers what is below. */
type Color = readonly [red: number, green: number, blue: number, cover: number];

/** The variables that the page's own style sheet sets under a selector. */
function ownVariables(selector: string): Variables {
  const css = read('app/global.css');
  const start = css.indexOf(`\n${selector} {`, -1);
  const block = `\n${css}`.slice(start + 1, css.indexOf('}', start));
  return Object.fromEntries(
    [...block.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name, value]) => [name, value]),
  );
}

function variablesOf(scheme: 'light' | 'dark'): Variables {
  const mantine = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
  return {
    ...mantine.variables,
    ...mantine[scheme],
    ...ownVariables(':root'),
    ...ownVariables(`:root[data-mantine-color-scheme="${scheme}"]`),
    ...ownVariables(':root[data-mantine-color-scheme]'),
  };
}

const mixed = (one: Color, other: Color, share: number): Color => {
  const cover = one[3] * share + other[3] * (1 - share);
  const part = (at: 0 | 1 | 2) =>
    cover === 0 ? 0 : (one[at] * one[3] * share + other[at] * other[3] * (1 - share)) / cover;
  return [part(0), part(1), part(2), cover];
};

/** What CSS makes of a colour: `#…`, `transparent`, `var()` and `color-mix(in srgb, A n%, B)`. */
function colorOf(text: string, variables: Variables): Color {
  const whole = text.replace(/var\((--[\w-]+)\)/g, (_, name) => variables[name] ?? `(no ${name})`);
  if (whole !== text) return colorOf(whole, variables);
  if (text === 'transparent') return [0, 0, 0, 0];
  const mix = /^color-mix\(in srgb, (.+) ([\d.]+)%, (.+)\)$/.exec(text);
  if (mix)
    return mixed(colorOf(mix[1] ?? '', variables), colorOf(mix[3] ?? '', variables), Number(mix[2]) / 100);
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1];
  if (!hex) throw new Error(`${text} is no colour`);
  const digits = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
  const part = (at: number) => Number.parseInt(digits.slice(at, at + 2), 16);
  return [part(0), part(2), part(4), 1];
}

function luminance([red, green, blue]: Color): number {
  const linear = (part: number) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** WCAG 2.2, "contrast ratio": of a text over grounds that lie on one another, the last of them opaque. */
function contrast(text: Color, ...grounds: readonly Color[]): number {
  const ground = grounds.reduceRight((below, above) =>
    mixed([above[0], above[1], above[2], 1], below, above[3]),
  );
  const [one, other] = [luminance(mixed([text[0], text[1], text[2], 1], ground, text[3])), luminance(ground)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

const grounds = ['--mantine-color-body', '--surface', '--surface-2', '--hover'];
const inputs = { light: '--mantine-color-white', dark: '--mantine-color-dark-6' };
const hues = ['red', 'yellow', 'green', 'indigo', 'blue', 'gray'];

test.each(['light', 'dark'] as const)(
  'every text of the %s theme has the contrast of WCAG AA: 4.5',
  (scheme) => {
    const variables = variablesOf(scheme);
    const of = (name: string) => colorOf(`var(${name})`, variables);
    const found: [what: string, ratio: number][] = [];
    const note = (what: string, text: Color, ...on: readonly Color[]) =>
      found.push([what, Math.round(contrast(text, ...on) * 100) / 100]);

    for (const ground of grounds) {
      for (const text of ['--mantine-color-text', '--mantine-color-dimmed', '--muted', '--good'])
        note(`${text} on ${ground}`, of(text), of(ground));
    }
    for (const ground of grounds.slice(0, 2)) {
      for (const text of [
        '--mantine-color-error',
        '--mantine-color-anchor',
        '--mantine-color-red-text',
        '--chart-text',
      ])
        note(`${text} on ${ground}`, of(text), of(ground));
      for (const hue of hues) {
        const text = of(`--mantine-color-${hue}-light-color`);
        note(`${hue} on ${ground}`, text, of(ground));
        note(`${hue} on its tint on ${ground}`, text, of(`--mantine-color-${hue}-light`), of(ground));
        note(
          `${hue} on its hovered tint on ${ground}`,
          text,
          of(`--mantine-color-${hue}-light-hover`),
          of(ground),
        );
      }
      const badges = read('components/status-badge.module.css');
      for (const [, status] of badges.matchAll(/--status: ([^;]+);/g)) {
        const badge = { ...variables, '--status': status ?? '' };
        const [, ground13 = ''] = /background: ([^;]+);/.exec(badges) ?? [];
        const [, word = ''] = /\n {2}color: ([^;]+);/.exec(badges) ?? [];
        note(`a badge of ${status} on ${ground}`, colorOf(word, badge), colorOf(ground13, badge), of(ground));
      }
    }
    const cells = read('features/run/confusion-matrix.module.css').matchAll(/--cell: ([^;]+);/g);
    for (const [, cell] of cells) {
      const fullest = colorOf(`color-mix(in srgb, ${cell} 92%, var(--surface-2))`, variables);
      note(`a confusion's cell of ${cell}`, of('--mantine-color-text'), fullest);
    }
    note('a placeholder in its input', of('--mantine-color-placeholder'), of(inputs[scheme]));
    note('a filled button', colorOf('#fff', variables), of('--mantine-primary-color-filled'));
    note('a filled red button', colorOf('#fff', variables), of('--mantine-color-red-filled'));
    expect(found.filter(([, ratio]) => ratio < 4.5)).toEqual([]);
  },
);

test('no style sheet has a text colour that the themes do not have', () => {
  const sheets = globSync('**/*.css', { cwd: renderer });
  expect(sheets.length).toBeGreaterThan(10);
  expect(sheets.filter((sheet) => /^\s+color: #/m.test(read(sheet)))).toEqual([]);
});
