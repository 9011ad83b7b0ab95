import { expect, test } from 'vitest';
import { readArguments } from '../../../../src/main/features/runs/supervisor/arguments.ts';

test('a supervisor is started with a program or for a container', () => {
  const nothing = { container: null, folder: null, sidecar: null, memoryBytes: null, niceness: null };
  expect(readArguments(['/run', '--memory', '1024', '--nice', '10', '--', 'python', '-m', 'train'])).toEqual({
    ...nothing,
    ...{ directory: '/run', command: ['python', '-m', 'train'], memoryBytes: 1024, niceness: 10 },
  });
  expect(readArguments(['/run', '--container', 'c1'])).toEqual({
    ...nothing,
    ...{ directory: '/run', command: null, container: 'c1' },
  });
});

test.each([
  ['no directory', ['--container', 'c1']],
  ['neither program nor container', ['/run']],
  ['both', ['/run', '--container', 'c1', '--', 'python']],
  ['two directories', ['/run', '/other', '--container', 'c1']],
  ['a limit that is no number', ['/run', '--memory', 'much', '--', 'python']],
  ['a flag that nobody knows', ['/run', '--niec', '10', '--', 'python']],
])('a supervisor is not started with %s', (_what, words) => {
  expect(readArguments(words)).toBeNull();
});
