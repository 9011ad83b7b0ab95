import { expect, test } from 'vitest';
import { readArguments } from '../../../../src/main/features/runs/supervisor/arguments.ts';

test('a supervisor is started with a program or for a container', () => {
  const nothing = { folder: null, sidecar: null, memoryBytes: null, niceness: null };
  expect(readArguments(['/run', '--memory', '1024', '--nice', '10', '--', 'python', '-m', 'train'])).toEqual({
    ...nothing,
    ...{ directory: '/run', command: ['python', '-m', 'train'], memoryBytes: 1024, niceness: 10 },
  });
  expect(readArguments(['/run', '--container'])).toEqual({ ...nothing, directory: '/run', command: null });
});

test.each([
  ['no directory', ['--container']],
  ['neither program nor container', ['/run']],
  ['both', ['/run', '--container', '--', 'python']],
  ['two directories', ['/run', '/other', '--container']],
  ['a limit that is no number', ['/run', '--memory', 'much', '--', 'python']],
  ['a flag that nobody knows', ['/run', '--niec', '10', '--', 'python']],
])('a supervisor is not started with %s', (_what, words) => {
  expect(readArguments(words)).toBeNull();
});
