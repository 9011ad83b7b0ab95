import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openWeights } from '../../../src/main/features/weights/files/weights-source.ts';
import { TrainyardError } from '../../../src/shared/errors/error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { safetensors, torchZip } from './support/tensors.ts';

const tensors = safetensors({ 'fc.weight': [10, 64] });

test.each<[string, Buffer, string]>([
  ['cut.safetensors', tensors.subarray(0, tensors.length - 1), 'WEIGHTS_TRUNCATED'],
  ['head.safetensors', tensors.subarray(0, 20), 'WEIGHTS_TRUNCATED'],
  ['page.safetensors', Buffer.from('<!doctype html><title>Not found</title>'), 'NOT_WEIGHTS'],
  ['empty.safetensors', Buffer.alloc(0), 'NOT_WEIGHTS'],
  ['none.safetensors', safetensors({}), 'NOT_WEIGHTS'],
  ['cut.pt', torchZip().subarray(0, -10), 'WEIGHTS_TRUNCATED'],
  ['other.pth', torchZip('readme.txt'), 'NOT_WEIGHTS'],
  ['page.bin', Buffer.from('version https://git-lfs.github.com/spec/v1'), 'NOT_WEIGHTS'],
  ['model.onnx', tensors, 'NOT_WEIGHTS'],
  ['config.json', Buffer.from('{"model_type": "segformer"}'), 'NOT_WEIGHTS'],
])('%s is refused with its reason', async (name, bytes, code) => {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, name);
  writeFileSync(file, bytes);
  await expect(openWeights(file)).rejects.toMatchObject({ code, place: { file } });
});

test('files that torch.save wrote before 1.6, and since, are weights', async () => {
  await using place = await temporaryFolder();
  const old = Buffer.concat([
    Buffer.from('80028a0a6cfc9c46f9206aa85019', 'hex'),
    Buffer.from('2e80024de903', 'hex'),
  ]);
  for (const [name, bytes] of [
    ['old.pth', old],
    ['new.pt', torchZip()],
  ] as const) {
    const file = path.join(place.folder, name);
    writeFileSync(file, bytes);
    expect(await openWeights(file)).toMatchObject([{ name, sizeBytes: bytes.length }]);
  }
});

test('whatever a file holds, it is taken or refused with an error of ours', async () => {
  await using place = await temporaryFolder();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('.safetensors', '.pt', '.bin'),
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat({ max: tensors.length }).map((end) => tensors.subarray(0, end)),
        fc.nat({ max: 200 }).map((end) => torchZip().subarray(0, end)),
      ),
      async (ending, bytes) => {
        const file = path.join(place.folder, `any${ending}`);
        writeFileSync(file, bytes);
        await openWeights(file).catch((error: unknown) => {
          if (!(error instanceof TrainyardError)) throw error;
        });
      },
    ),
    { numRuns: 300 },
  );
});

test('a folder with several files of weights, none of them the usual, is refused and names them', async () => {
  await using place = await temporaryFolder();
  for (const name of ['a.pt', 'b.pt']) writeFileSync(path.join(place.folder, name), torchZip());
  await expect(openWeights(place.folder)).rejects.toMatchObject({
    code: 'NO_WEIGHTS_IN_FOLDER',
    message: expect.stringContaining('2 files of weights, and one is wanted: a.pt, b.pt'),
  });
  await expect(openWeights('relative')).rejects.toMatchObject({ code: 'PATH_NOT_ABSOLUTE' });
});
