import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { youngApis } from './young-apis.ts';

const page = `const any = AbortSignal.any([]);
const parsed = URL.parse('x');
const { promise } = Promise.withResolvers();
document.body.moveBefore(document.body, null);
const bytes = (answer: Response) => answer.bytes();
new Set([1]).union(new Set([2]));
const id = crypto.randomUUID();
const timed = AbortSignal.timeout(5);
const sorted = [2, 1].toSorted();
const command = new CommandEvent('command');
document.startViewTransition?.(() => undefined);
`;

test('whatever is younger than the oldest browser is named with its line, and nothing else', async () => {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'page.ts');
  await writeFile(file, page);
  const lib = ['lib.esnext.d.ts', 'lib.dom.d.ts'];
  const program = ts.createProgram([file], { target: ts.ScriptTarget.ESNext, lib, types: [] });
  const found = (oldest: number) => youngApis(program, oldest).map(({ line, name }) => `${line} ${name}`);
  expect(found(114)).toEqual([
    '1 AbortSignal.any',
    '2 URL.parse',
    '3 Promise.withResolvers',
    '4 Element.moveBefore',
    '5 Response.bytes',
    '6 Set.union',
    '10 CommandEvent',
  ]);
  expect(found(140)).toEqual([]);
});
