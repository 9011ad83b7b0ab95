import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTrainerState, startOfHistory } from '../../resources/trainers/sidecar/trainer-state.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { collectingSink } from './support/collecting-sink.ts';

const entry = (step: number) => ({ epoch: step / 10, loss: 1 / (step + 1), step });
const stateOf = (steps: number) => ({
  log_history: Array.from({ length: steps }, (_, step) => entry(step)),
  ...{ epoch: steps / 10, num_train_epochs: 3, global_step: steps, max_steps: 30 },
});

test('each entry of a history that is written again and again is one point', async () => {
  await using made = await temporaryFolder();
  let count = 0;
  const save = fc.record({ grown: fc.nat(6), isTorn: fc.boolean(), isRead: fc.boolean() });
  fc.assert(
    fc.property(fc.array(save, { maxLength: 20 }), (saves) => {
      const root = path.join(made.folder, String(count++));
      const { sink, points } = collectingSink();
      const position = startOfHistory();
      let steps = 0;
      const files: string[] = [];
      const read = () => {
        for (const one of files.toReversed()) readTrainerState(one, position, sink, { isOver: false });
      };
      for (const [at, { grown, isTorn, isRead }] of saves.entries()) {
        steps += grown;
        const file = path.join(root, `checkpoint-${steps}`, 'trainer_state.json');
        mkdirSync(path.dirname(file), { recursive: true });
        const text = JSON.stringify(stateOf(steps));
        if (!files.includes(file)) files.push(file);
        writeFileSync(file, isTorn ? text.slice(0, text.length / 2) : text);
        utimesSync(file, 1000, 1000 + at);
        if (isRead) read();
        writeFileSync(file, text);
        utimesSync(file, 1000, 1000 + at);
      }
      read();
      expect(points.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, step) => step));
    }),
  );
});

test('a training that goes on from an earlier checkpoint gives what it added, not what stood there', async () => {
  await using made = await temporaryFolder();
  const file = path.join(made.folder, 'trainer_state.json');
  const { sink, points, progress } = collectingSink();
  const position = startOfHistory();
  writeFileSync(file, JSON.stringify(stateOf(5)));
  readTrainerState(file, position, collectingSink().sink, { isOver: false });
  const added = [entry(5), { ...entry(6), loss: Number.NaN, grad_norm: 'NaN', note: 'text' }];
  const text = JSON.stringify({
    ...stateOf(5),
    global_step: 7,
    log_history: [...stateOf(5).log_history, ...added],
  });
  writeFileSync(file, text.replace('"loss":null', '"loss":NaN'));
  readTrainerState(file, position, sink, { isOver: false });
  expect(points).toEqual([
    { epoch: 0.5, step: 5, values: { loss: 1 / 6 } },
    { epoch: 0.6, step: 6, values: { loss: 'NaN', grad_norm: 'NaN' } },
  ]);
  expect(progress).toEqual([{ epoch: 1, epochs: 3, step: 7, steps: 30 }]);
});

test('a history that never becomes whole is named once the script is over', async () => {
  await using made = await temporaryFolder();
  const file = path.join(made.folder, 'trainer_state.json');
  const { sink, unreadable } = collectingSink();
  writeFileSync(file, '{"log_history": [');
  readTrainerState(file, startOfHistory(), sink, { isOver: false });
  expect(unreadable).toEqual([]);
  readTrainerState(file, startOfHistory(), sink, { isOver: true });
  expect(unreadable).toMatchObject([{ file, reason: expect.stringContaining('no JSON') }]);
});
