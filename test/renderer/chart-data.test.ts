import { expect, test } from 'vitest';
import { align, smooth } from '../../src/renderer/charts/chart-data.ts';
import { groupMetrics } from '../../src/renderer/charts/run-charts.ts';

test('lines over different steps share one axis; what a line lacks is no gap, what is not finite is', () => {
  const [x, train, val] = align([
    { x: [1, 2, 3, 4], y: [[1, Number.NaN, 3, 4]] },
    { x: [2, 4], y: [[20, 40]] },
  ]);
  expect(x).toEqual([1, 2, 3, 4]);
  expect(train).toEqual([1, null, 3, 4]);
  expect(val).toEqual([undefined, 20, undefined, 40]);
});

test('smoothing begins at the first value and leaves gaps', () => {
  expect(smooth([2, 2, 2], 0.9)).toEqual([2, 2, 2].map((value) => expect.closeTo(value, 9)));
  expect(smooth([1, Number.NaN, 3], 0.5)).toEqual([1, Number.NaN, expect.closeTo(7 / 3, 9)]);
  expect(smooth([1, 5], 0)).toEqual([1, 5]);
});

test('losses, accuracies and learning rates share charts, training first; others stand alone', () => {
  expect(
    groupMetrics([
      'val_loss',
      'gpu_utilization',
      'train_loss',
      'learning_rate',
      'val_accuracy',
      'val_loss',
      'epoch_train_loss',
    ]),
  ).toEqual([
    { key: 'loss', names: ['train_loss', 'epoch_train_loss', 'val_loss'] },
    { key: 'learning_rate', names: ['learning_rate'] },
    { key: 'accuracy', names: ['val_accuracy'] },
    { key: 'gpu_utilization', names: ['gpu_utilization'] },
  ]);
});

test('what is measured of each class shares a chart, and names of other tools with a slash stand alone', () => {
  const names = [
    'val_f1/rose',
    'val_f1/a/b',
    'val_map50',
    'val_map50_95',
    'train/box_loss',
    'metrics/mAP50(B)',
  ];
  const groups = Object.fromEntries(groupMetrics(names).map(({ key, names: members }) => [key, members]));
  expect(groups).toEqual({
    loss: ['train/box_loss'],
    map: ['val_map50', 'val_map50_95'],
    'val_f1/': ['val_f1/a/b', 'val_f1/rose'],
    'metrics/mAP50(B)': ['metrics/mAP50(B)'],
  });
});

test('the first end of an epoch moves no chart that was there', () => {
  const ofSteps = ['train_loss', 'learning_rate'];
  const ofEpochs = ['epoch_train_loss', 'train_accuracy', 'val_loss', 'val_accuracy', 'epoch_seconds'];
  const before = groupMetrics(ofSteps).map(({ key }) => key);
  const after = groupMetrics([...ofSteps, ...ofEpochs]).map(({ key }) => key);
  expect(after.slice(0, before.length)).toEqual(before);
});
