import fc from 'fast-check';
import { expect, test } from 'vitest';
import { table } from '../../src/main/cli/lib/output.ts';
import { formatLogLine } from '../../src/main/cli/runs/logs.ts';
import {
  messageLines,
  terminalJson,
  terminalLine,
  terminalText,
} from '../../src/shared/model/terminal-text.ts';

const esc = '\u001b';
const colour = { colour: true };
const plain = { colour: false };

test('colours pass where they are wanted, and nothing else that a terminal acts on', () => {
  const attacks = [
    `${esc}]0;title\u0007`,
    `${esc}]0;title${esc}\\`,
    '\u009d0;title\u009c',
    `${esc}]52;c;cm0gLXJm\u0007`,
    `${esc}]8;;http://evil/${esc}\\`,
    `${esc}[2J${esc}[H`,
    '\u009b2J',
    `${esc}[6n${esc}[c${esc}[>0q`,
    `${esc}[>4;1m`,
    `${esc}P$q"p${esc}\\`,
    `${esc}_x${esc}\\${esc}^x${esc}\\${esc}Xx${esc}\\`,
    `${esc}c${esc}7${esc}8${esc}(0${esc}#8`,
    '\u0007\u0008\u0000\u000b\u000c\u000e\u000f\u007f\u0085\u008d',
    `${esc}[?1049h${esc}[?25l`,
  ];
  for (const attack of attacks) {
    expect(terminalText(`a${attack}b`, colour), JSON.stringify(attack)).toBe('ab');
  }
  expect(terminalText(`${esc}[1;31mred${esc}[0m`, colour)).toBe(`${esc}[1;31mred${esc}[0m`);
  expect(terminalText(`${esc}[1;31mred${esc}[0m`, plain)).toBe('red');
});

test('a sequence that never ends hides nothing behind it', () => {
  expect(terminalText(`${esc}]0;half\nnext line`, colour)).toBe('0;half\nnext line');
  expect(terminalText(`x${esc}[31`, colour)).toBe('x31');
});

test('overrides of direction are seen, and marks that scripts need stay', () => {
  expect(terminalLine('gnp.\u202efdp', plain)).toBe('gnp.<U+202E>fdp');
  expect(terminalText('\u2066a\u2069 \u200f', plain)).toBe('<U+2066>a<U+2069> \u200f');
});

test('whatever a text holds, no control is left in it but lines, tabs and whole colours', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      esc,
      `${esc}[`,
      `${esc}]`,
      '\u009b',
      '\u009d',
      '\u0007',
      `${esc}\\`,
      'm',
      '0;1',
      '\r',
      '\n',
      '\u202e',
      '한',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (given) => {
      const left = terminalText(given, colour).replace(new RegExp(`${esc}\\[[\\d;:]*m`, 'g'), '');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
      expect(left).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      expect(terminalText(given, plain)).not.toContain(esc);
      expect(JSON.parse(terminalJson(JSON.stringify(given)))).toBe(given);
    }),
    { numRuns: 3000 },
  );
});

test('a bar shows its last state, and colours end with their line', () => {
  expect(messageLines(' 10%\r 50%\r100%\r   \r', colour)).toEqual(['100%']);
  expect(messageLines(`${esc}[31ma\r\nb`, colour)).toEqual([`${esc}[31ma${esc}[0m`, 'b']);
});

test('a message can’t pass for further lines of the log, nor a name for further rows of a table', () => {
  const line = formatLogLine({
    time: '2026-11-23T22:40:31.123Z',
    level: 'info',
    message: 'a\n22:40:32 error   forged',
  });
  expect(line.split('\n')[1]).toBe(`${' '.repeat(17)}22:40:32 error   forged`);
  expect(table([`a\nb${esc}[2J`], [['NAME', (name) => name]]).split('\n')).toEqual(['NAME', 'a b']);
});
