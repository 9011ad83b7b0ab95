import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../src/main/platform/run-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Runs on for ever; told to end, it puts something away first. */
const tidy = `
  const { writeFileSync } = require('node:fs');
  process.on('SIGTERM', () => setTimeout(() => { writeFileSync(process.argv[1], ''); process.exit(0); }, 300));
  setInterval(() => {}, 1000);
`;

test('a program whose time is over is waited for while it puts its work away, where it was asked to end', async () => {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'put-away');
  const answer = await runProgram(process.execPath, ['-e', tidy, file], {
    environment: process.env,
    timeoutMs: 2_000,
    killSignal: 'SIGTERM',
  });
  expect(answer.outcome).toBe('hangs');
  expect(existsSync(file)).toBe(true);
});

test('a program that is not there is absent', async () => {
  const options = { environment: process.env, timeoutMs: 2_000 };
  expect(await runProgram('trainyard-has-no-such-program', [], options)).toEqual({ outcome: 'absent' });
});

test('what a program says on both streams is kept, and how it ended', async () => {
  const script = 'console.log("one"); console.error("two"); process.exitCode = 3;';
  const options = { environment: process.env, timeoutMs: 20_000 };
  const answer = await runProgram(process.execPath, ['-e', script], options);
  expect(answer).toMatchObject({ outcome: 'ended', exitCode: 3, stdout: 'one' });
  expect(answer).toHaveProperty('output', expect.stringMatching(/two/));
});
