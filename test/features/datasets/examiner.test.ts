import { readdirSync, readlinkSync } from 'node:fs';
import { link, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Checks } from '../../../src/main/features/datasets/checks.ts';
import type { ExaminationWatch } from '../../../src/main/features/datasets/examination.ts';
import { localExaminer } from '../../../src/main/features/datasets/examiner/local-examiner.ts';
import { threadExaminer } from '../../../src/main/features/datasets/examiner/thread-examiner.ts';
import type { AcceptedImage } from '../../../src/main/features/datasets/images.ts';
import { automatic } from '../../../src/main/features/datasets/reading.ts';
import { Scratch } from '../../../src/main/platform/scratch.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { openFakeS3 } from './support/fake-s3.ts';
import { goodFiles, picture, writeFiles } from './support/pictures.ts';

const state = '/nowhere/trainyard';
const program = path.join(
  import.meta.dirname,
  '../../../src/main/features/datasets/examiner/examine-thread.ts',
);
const examine = threadExaminer(program, state);
const asked = { uploadName: null, format: 'imagenet', reading: automatic, scratch: null } as const;

const watch = (onProgress: ExaminationWatch['onProgress'] = () => undefined) => ({
  signal: new AbortController().signal,
  onProgress,
});

/** A folder with many files of the same bytes: enough for a check to be caught in the middle. */
async function manyFiles(folder: string, count: number): Promise<void> {
  await writeFiles(folder, { 'cat/0.png': await picture(1), 'dog/0.png': await picture(2) });
  await mkdir(path.join(folder, 'cat'), { recursive: true });
  for (let file = 1; file < count; file += 1)
    await link(path.join(folder, 'cat', '0.png'), path.join(folder, 'cat', `${file}.png`));
}

/** The files in a folder that this process has open. */
function openIn(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${fd}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      // The descriptor by which this folder is read is gone by now.
      return [];
    }
  });
}

test('a thread finds what this thread finds, and tells of files counted and looked at', async () => {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, {
    ...(await goodFiles()),
    'cat/broken.png': Buffer.from('no image'),
    'dog/photo.jpg': await picture(9, 'jpeg', 20),
  });
  const request = { ...asked, path: place.folder };
  const seen: unknown[][] = [];
  const threaded = await examine(
    request,
    watch((...at) => seen.push(at)),
  );
  const here = await localExaminer(state)(request, watch());
  const told = ({ sourcePath, file, path, sha256, size, split, modifiedMs, ...image }: AcceptedImage) => ({
    names: [sourcePath, file, path, image.class, split],
    content: [sha256, size, modifiedMs, image.width, image.height, image.channels, image.bits, image.highest],
  });
  expect(threaded).toMatchObject({ validation: here.validation, base: here.base, isFatal: here.isFatal });
  expect(threaded.accepted.map(told)).toEqual(here.accepted.map(told));
  expect(threaded.accepted).toHaveLength(7);
  expect(seen[0]).toEqual(['counting', 0, null]);
  expect(seen).toContainEqual(['validating', 0, 8]);
});

test('a thread reads from the profile’s own S3 server, whose key it is given', async () => {
  await using server = await openFakeS3(
    new Map(Object.entries(await goodFiles()).map(([name, body]) => [`pets/${name}`, body])),
  );
  const threaded = threadExaminer(program, state, server.endpoint);
  const found = await threaded({ ...asked, path: 's3://lab/pets' }, watch());
  expect(found).toMatchObject({ validation: { ok: true, summary: { images: 6 } } });
});

test('what can’t be opened is told by code, place and hint across the thread', async () => {
  const gone = examine({ ...asked, path: '/nowhere/at/all' }, watch());
  await expect(gone).rejects.toMatchObject({
    name: 'TrainyardError',
    code: 'PATH_NOT_FOUND',
    place: { field: 'path' },
  });
});

test('ending an examination in its midst ends its thread, and leaves no file open', async () => {
  await using place = await temporaryFolder();
  await manyFiles(place.folder, 1500);
  const stop = new AbortController();
  const calls: number[] = [];
  const examination = examine(
    { ...asked, path: place.folder },
    {
      signal: stop.signal,
      onProgress: (phase, done) => {
        calls.push(done);
        if (phase === 'validating' && done > 0) stop.abort(new Error('no more'));
      },
    },
  );
  await expect(examination).rejects.toThrow('no more');
  expect(calls.at(-1)).toBeLessThan(1500);
  expect(openIn(place.folder)).toEqual([]);
  expect(process.getActiveResourcesInfo()).not.toContain('MessagePort');
});

const noUpload = () => Promise.reject(new Error('there are no uploads'));
const parts = {
  examine,
  uploads: { resolve: noUpload, release: noUpload },
  findArchive: async () => null,
  checkScratch: async () => {},
  scratch: new Scratch(path.join(tmpdir(), `trainyard-checks-${process.pid}`), () => {}),
};

async function checking(count: number, abandonedMs: number) {
  const place = await temporaryFolder();
  await manyFiles(place.folder, count);
  const checks = new Checks(parts, { abandonedMs });
  return {
    checks,
    folder: place.folder,
    start: () => checks.start({ path: place.folder, format: 'imagenet', reading: automatic }),
    [Symbol.asyncDispose]: async () => {
      await checks.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

test('whoever follows a check reads totals and rates, and at its end what was found', async () => {
  await using setting = await checking(60, 60_000);
  const { checkId } = setting.start();
  let answer = await setting.checks.wait({ checkId, afterDone: -1, waitMs: 0 });
  const totals = new Set<number | null>();
  while (answer.phase !== 'done') {
    answer = await setting.checks.wait({ checkId, afterDone: answer.done, waitMs: 10_000 });
    if (answer.phase === 'validating') totals.add(answer.total);
  }
  expect([...totals]).toEqual([61]);
  expect(answer.validation?.summary.images).toBe(61);
  expect(setting.checks.underWay).toBe(0);
});

test('a check that can’t begin ends with the error and the field at fault', async () => {
  const checks = new Checks(parts, { abandonedMs: 60_000 });
  const { checkId } = checks.start({ path: '/nowhere/at/all', format: 'imagenet', reading: automatic });
  const answer = await checks.wait({ checkId, afterDone: 0, waitMs: 10_000 });
  await checks.close();
  const error = { code: 'PATH_NOT_FOUND', place: { field: 'path' } };
  expect(answer).toMatchObject({ phase: 'failed', error, validation: null });
});

test('a check that nobody asks for any more ends, and one that was cancelled does at once', async () => {
  await using setting = await checking(1500, 50);
  const abandoned = setting.start();
  await expect.poll(() => setting.checks.underWay).toBe(0);
  const asking = setting.checks.wait({ ...abandoned, afterDone: -1, waitMs: 0 });
  await expect(asking).rejects.toMatchObject({ code: 'CHECK_NOT_FOUND', status: 404 });

  await using patient = await checking(1500, 60_000);
  const { checkId } = patient.start();
  let done = 0;
  while (done === 0) ({ done } = await patient.checks.wait({ checkId, afterDone: 0, waitMs: 10_000 }));
  patient.checks.cancel(checkId);
  await expect.poll(() => patient.checks.underWay).toBe(0);
  expect(openIn(patient.folder)).toEqual([]);
});

test('more checks at once than there is room for are refused, and nothing is begun', async () => {
  await using setting = await checking(1500, 60_000);
  for (let count = 0; count < 4; count += 1) setting.start();
  expect(() => setting.start()).toThrow(expect.objectContaining({ code: 'TOO_MANY_CHECKS', status: 429 }));
  expect(setting.checks.underWay).toBe(4);
});

test.skipIf(withoutSmallDisks)(
  `labels that find no room on the disk end an import with the place and the room there is, and nothing is left${withoutSmallDisks ? `: ${withoutSmallDisks}` : ''}`,
  async () => {
    await using place = await temporaryFolder();
    await using disk = await SmallDisk.make('1m');
    const annotations = Array.from({ length: 30_000 }, (_, id) => ({
      ...{ id, image_id: (id % 4) + 1, category_id: 1, bbox: [id / 8192, 1.5, 2.25, 3.125], iscrowd: 0 },
      segmentation: [[1.5, 2.5, id / 8192 + 0.25, 3.25, 5.5, 6.75]],
    }));
    const images = [1, 2, 3, 4].map((id) => ({ id, file_name: `${id}.png`, width: 8, height: 8 }));
    const categories = [{ id: 1, name: 'bolt' }];
    await writeFiles(place.folder, {
      'annotations.json': Buffer.from(JSON.stringify({ images, annotations, categories })),
      ...Object.fromEntries(
        await Promise.all(images.map(async (one) => [`images/${one.file_name}`, await picture(one.id)])),
      ),
    });
    const scratch = new Scratch(disk.mount, () => undefined);
    await expect(
      (async () => {
        await using own = await scratch.open('import');
        const request = { ...asked, path: place.folder, format: 'coco', scratch: own.path } as const;
        await examine(request, watch());
      })(),
    ).rejects.toMatchObject({
      code: 'DISK_FULL',
      place: { file: path.join(disk.mount, 'import') },
      message: expect.stringMatching(/import \(.*1\.0 MiB free\)/),
    });
    expect(readdirSync(disk.mount)).toEqual([]);
  },
);
