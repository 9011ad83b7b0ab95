import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ChangeFeed } from '../../../src/main/features/changes/change-feed.ts';
import { DiskWatch } from '../../../src/main/features/disk/disk-watch.ts';
import { createModelExportJob } from '../../../src/main/features/jobs/model-export.ts';
import { FilesObjectStore } from '../../../src/main/stores/objects/files/object-store.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';

const quiet = { info: () => undefined, warn: () => undefined };

test.skipIf(withoutSmallDisks)(
  'a model whose copy does not fit is not exported by halves: the job says DISK_FULL, nothing is written, and with room it is done',
  async () => {
    await using disk = await SmallDisk.make('64M');
    const objects = await FilesObjectStore.open(path.join(disk.home, 'objects'));
    await objects.ensureBuckets();
    using watch = new DiskWatch(disk.home, () => [], new ChangeFeed(), quiet);
    const job = createModelExportJob(objects, (bytes, what) => watch.checkFits('objects', bytes, what));
    const data = Buffer.alloc(20 * 1024 ** 2, 1);
    const header = Buffer.from(
      JSON.stringify({ weights: { dtype: 'U8', shape: [data.length], data_offsets: [0, data.length] } }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const weights = Buffer.concat([length, header, data]);
    await objects.put('artifacts', 'run/1/model.safetensors', weights);
    const file = {
      name: 'model.safetensors',
      objectKey: 'run/1/model.safetensors',
      sizeBytes: weights.length,
      sha256: createHash('sha256').update(weights).digest('hex'),
    };
    const runId = '0b8a1f5e-5d0c-4c1f-9c39-3b0a6a1f7d10';
    const run = () => job.run({ runId, attempt: 1, files: [file] }, new AbortController().signal);
    disk.fill(10 * 1024 ** 2);
    const free = disk.freeBytes;
    await expect(run()).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringMatching(/^The exported model needs 20\.0 MiB, which does not fit on the disk/),
    });
    expect(disk.freeBytes).toBe(free);
    // Room for the refusal mark, and not for the model on top of it.
    writeFileSync(disk.filler, '');
    disk.fill(weights.length + 64 * 1024);
    await expect(run()).rejects.toMatchObject({ code: 'DISK_FULL' });
    disk.free();
    expect(await run()).toMatchObject({
      files: [{ key: `${runId}/1/model.safetensors` }, { key: `${runId}/1/card.json` }],
    });
  },
);
