import fc from 'fast-check';
import { expect, test } from 'vitest';
import { enteredScript, textOfEnvironment } from '../../src/renderer/features/new-run/environment-text.ts';

const read = (environment: string) =>
  enteredScript.safeParse({ command: 'true', folder: '/', image: null, environment });

test('any environment that is written into the field is read as it was', () => {
  const names = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
  fc.assert(
    fc.property(fc.dictionary(names, fc.string({ unit: 'binary' })), (environment) => {
      expect(read(textOfEnvironment(environment)).data?.environment).toEqual({ ...environment });
    }),
  );
});

test('a value in quotes that is no text of JSON is taken as it stands', () => {
  expect(read('A="b\nC="d" e').data?.environment).toEqual({ A: '"b', C: '"d" e' });
});

test.each(['NAME', '1A=2', 'A B=1', '=x', 'Ä=1'])('"%s" is no variable, and its line is named', (line) => {
  expect(read(`A=1\n${line}`).error?.issues).toMatchObject([
    { path: ['environment'], message: 'line 2 is not NAME=value' },
  ]);
});
