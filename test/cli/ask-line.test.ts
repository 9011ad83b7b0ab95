import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { askLine } from '../../src/main/cli/lib/ask-line.ts';

function terminal() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  return { input, output };
}

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])(
  'whoever leaves a question with %s used the command wrongly, and met no fault of the program',
  async (_, key) => {
    const { input, output } = terminal();
    input.write(key);
    await expect(askLine('Name: ', { input, output })).rejects.toMatchObject({ code: 'USAGE' });
  },
);

test('a secret that is typed is answered with, and not shown', async () => {
  const { input, output } = terminal();
  input.write('abc123\r');
  expect(await askLine('Token: ', { isHidden: true, input, output })).toBe('abc123');
  output.end();
  expect(await text(output)).toBe('Token: \n');
});

test('what is typed otherwise is shown behind the question', async () => {
  const { input, output } = terminal();
  input.write('lab\r');
  expect(await askLine('Name: ', { input, output })).toBe('lab');
  output.end();
  expect(await text(output)).toMatch(/Name: .*lab/s);
});
