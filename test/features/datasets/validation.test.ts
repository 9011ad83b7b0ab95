import { chmod, chown, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { goodFiles, picture, writeFiles } from './support/pictures.ts';
import { evaluatePath, told } from './support/validate.ts';

async function checkFolder(files: Record<string, Uint8Array | null>, limits = {}) {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, files);
  return await evaluatePath(place.folder, limits);
}

test('a dataset without a fault is told by classes, sizes and types', async () => {
  const { validation, accepted } = await checkFolder({
    ...(await goodFiles()),
    'cat/photo.jpg': await picture(99, 'jpeg', 20),
    'cat/deeper/still.webp': await picture(98, 'webp'),
  });
  expect(validation).toMatchObject({ ok: true, errors: [], warnings: [], moreErrors: 0, moreWarnings: 0 });
  expect(validation.summary).toMatchObject({
    format: 'imagenet',
    images: 8,
    classes: [
      { name: 'cat', count: 5 },
      { name: 'dog', count: 3 },
    ],
    widths: { min: 8, max: 20 },
    heights: { min: 8, max: 20 },
    channels: [{ channels: 3, count: 8 }],
    fileTypes: [
      { type: 'jpeg', count: 1 },
      { type: 'png', count: 6 },
      { type: 'webp', count: 1 },
    ],
  });
  expect(accepted).toHaveLength(8);
});

test('every fault is found in one go, each with its file, and the good images remain', async () => {
  const cat = await picture(50);
  const { validation, accepted } = await checkFolder({
    ...(await goodFiles()),
    'cat/truncated.png': (await picture(60, 'png', 64)).subarray(0, 300),
    'cat/no-end.png': (await picture(61)).subarray(0, -5),
    'cat/cut.jpg': (await picture(62, 'jpeg', 64)).subarray(0, 400),
    'cat/empty.png': Buffer.alloc(0),
    'cat/words.png': Buffer.from('no image at all'),
    'cat/really-a-jpeg.png': await picture(63, 'jpeg'),
    'cat/png-without-extension': await picture(64),
    'cat/old.bmp': Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)]),
    'cat/twice.png': cat,
    'cat/twice-again.png': cat,
    'cat/both.png': await picture(51),
    'dog/both.png': await picture(51),
    'dog/notes.txt': Buffer.from('notes'),
    'one/alone.png': await picture(52),
    'nothing/': null,
    'loose.png': await picture(53),
    '.DS_Store': Buffer.from('x'),
    'dog/Thumbs.db': Buffer.from('x'),
    '__MACOSX/cat/._0.png': Buffer.from('x'),
  });
  expect(validation.ok).toBe(false);
  expect(told(validation.errors)).toEqual([
    'DUPLICATE_IMAGE dog/both.png',
    'EMPTY_CLASS nothing',
    'EXTENSION_MISMATCH cat/png-without-extension',
    'EXTENSION_MISMATCH cat/really-a-jpeg.png',
    'IMAGE_TYPE_UNSUPPORTED cat/old.bmp',
    'IMAGE_UNREADABLE cat/cut.jpg',
    'IMAGE_UNREADABLE cat/empty.png',
    'IMAGE_UNREADABLE cat/no-end.png',
    'IMAGE_UNREADABLE cat/truncated.png',
    'IMAGE_UNREADABLE cat/words.png',
  ]);
  expect(told(validation.warnings)).toEqual([
    'DUPLICATE_IMAGE cat/twice.png',
    'IMAGE_OUTSIDE_CLASS loose.png',
    'NOT_AN_IMAGE dog/notes.txt',
    'SINGLE_IMAGE_CLASS one/alone.png',
  ]);
  for (const problem of [...validation.errors, ...validation.warnings]) {
    expect(problem.message).not.toBe('');
    expect(problem.hint).not.toBe('');
  }
  // Both of the images that lie in two classes are left out: nobody knows which label is right.
  expect(accepted.map((image) => image.path)).toEqual([
    'cat/0.png',
    'cat/1.png',
    'cat/2.png',
    'cat/twice-again.png',
    'cat/twice.png',
    'dog/0.png',
    'dog/1.png',
    'dog/2.png',
    'one/alone.png',
  ]);
});

test('files and images beyond the limits are named, and not decoded', async () => {
  const large = await sharp({ create: { width: 3000, height: 3000, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  const files = { ...(await goodFiles()), 'cat/wide.png': large, 'cat/heavy.png': Buffer.alloc(60_000, 1) };
  const { validation } = await checkFolder(files, { maxPixels: 1_000_000, maxFileBytes: 50_000 });
  expect(told(validation.errors)).toEqual(['FILE_TOO_LARGE cat/heavy.png', 'IMAGE_TOO_LARGE cat/wide.png']);
});

test('links that leave the folder are refused, those to files inside are followed, none to a folder is', async () => {
  await using place = await temporaryFolder();
  await using outside = await temporaryFolder();
  await writeFiles(place.folder, await goodFiles());
  await writeFiles(outside.folder, { 'x/secret.png': await picture(70) });
  await symlink(path.join(outside.folder, 'x', 'secret.png'), path.join(place.folder, 'cat', 'out.png'));
  await symlink(path.join(outside.folder, 'x'), path.join(place.folder, 'bird'));
  await symlink('../cat/0.png', path.join(place.folder, 'cat', 'inside.png'));
  await symlink('../dog', path.join(place.folder, 'cat', 'round'));
  await symlink('nowhere.png', path.join(place.folder, 'cat', 'broken.png'));
  const { validation, accepted } = await evaluatePath(place.folder);
  expect(told(validation.errors)).toEqual([
    'PATH_ESCAPES bird',
    'PATH_ESCAPES cat/out.png',
    'UNREADABLE_FILE cat/broken.png',
  ]);
  expect(validation.errors[0]?.hint).toBe('Put the file or folder itself in the place of the link.');
  expect(told(validation.warnings)).toEqual(['DUPLICATE_IMAGE cat/inside.png', 'NOT_AN_IMAGE cat/round']);
  expect(accepted.map(({ sourcePath }) => sourcePath)).toContain('cat/inside.png');
});

test('what this user may not read is named', async () => {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, { ...(await goodFiles()), 'locked/a.png': await picture(1) });
  const isRoot = process.getuid?.() === 0;
  const nobody = 65_534;
  if (isRoot) await chown(place.folder, nobody, nobody);
  await chmod(path.join(place.folder, 'cat', '0.png'), 0);
  await chmod(path.join(place.folder, 'locked'), 0);
  // Root may read everything: the check runs as somebody else.
  if (isRoot) process.seteuid?.(nobody);
  try {
    const { validation } = await evaluatePath(place.folder);
    expect(told(validation.errors)).toEqual([
      'EMPTY_CLASS locked',
      'UNREADABLE_FILE cat/0.png',
      'UNREADABLE_FILE locked',
    ]);
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(path.join(place.folder, 'locked'), 0o700);
  }
});

test('names that only case or composition tells apart collide', async () => {
  const hangul = '강아지';
  const { validation, isFatal } = await checkFolder({
    'Cat/1.png': await picture(1),
    'cat/2.png': await picture(2),
    'dog/A.png': await picture(3),
    'dog/a.PNG': await picture(4),
    [`dog/${hangul.normalize('NFC')}.png`]: await picture(5),
    [`dog/${hangul.normalize('NFD')}.png`]: await picture(6),
  });
  const errors = told(validation.errors);
  expect(errors).toHaveLength(3);
  expect(errors[0]).toBe('CASE_COLLISION cat');
  expect(errors[1]).toBe('CASE_COLLISION dog/a.PNG');
  expect(errors[2]?.normalize('NFC')).toBe(`CASE_COLLISION dog/${hangul}.png`);
  expect(isFatal).toBe(true);
});

test('Korean names that macOS decomposed are read, and written whole', async () => {
  const [cat, first] = ['고양이', '첫번째'];
  const { validation, accepted } = await checkFolder({
    [`${cat.normalize('NFD')}/${first.normalize('NFD')}.png`]: await picture(1),
    [`${cat.normalize('NFD')}/둘.png`]: await picture(2),
  });
  expect(validation.summary.classes).toEqual([{ name: cat, count: 2 }]);
  expect(accepted.map((image) => image.path)).toEqual([`${cat}/둘.png`, `${cat}/${first}.png`]);
  expect(accepted.map(({ file }) => file)).toContain(`${cat.normalize('NFD')}/${first.normalize('NFD')}.png`);
});

test('names that hide or turn text are refused, and shown spelled out', async () => {
  const { validation } = await checkFolder({
    ...(await goodFiles()),
    'cat/new\nline.png': await picture(20),
    'cat/right\u202eto-left.png': await picture(21),
  });
  expect(told(validation.errors)).toEqual([
    'NAME_UNUSABLE cat/new\\u{a}line.png',
    'NAME_UNUSABLE cat/right\\u{202e}to-left.png',
  ]);
});

test('a name that is no UTF-8 is refused', async () => {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, await goodFiles());
  await writeFile(
    Buffer.concat([Buffer.from(`${place.folder}/cat/`), Buffer.from([0xb0, 0xa1]), Buffer.from('.png')]),
    await picture(1),
  );
  const { validation } = await evaluatePath(place.folder);
  expect(validation.errors.map(({ code }) => code)).toEqual(['NAME_UNUSABLE']);
});

test('images that lie too deep are named', async () => {
  const deep = Array.from({ length: 17 }, () => 'x').join('/');
  const { validation } = await checkFolder({ ...(await goodFiles()), [`${deep}/a.png`]: await picture(30) });
  expect(told(validation.errors)).toContain(`TOO_DEEP ${deep}/a.png`);
});

test.each([
  ['an empty folder', {}],
  ['only other files', { 'readme.txt': Buffer.from('x') }],
])('%s has no class', async (_, files) => {
  const { validation, isFatal } = await checkFolder(files);
  expect(validation.errors.map(({ code }) => code)).toEqual(['NO_CLASSES']);
  expect(isFatal).toBe(true);
});

test('a thousand problems of each kind are listed and the rest are counted, no code crowding out another', async () => {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, {
    ...(await goodFiles()),
    'cat/really-a-jpeg.png': await picture(5, 'jpeg'),
  });
  for (let index = 0; index < 1100; index += 1) {
    await writeFile(path.join(place.folder, 'cat', `broken-${index}.png`), 'x');
    await writeFile(path.join(place.folder, 'cat', `note-${index}.txt`), 'x');
  }
  const { validation } = await evaluatePath(place.folder);
  expect(validation.errors).toHaveLength(1000);
  expect(validation.moreErrors).toBe(101);
  // One of the places is taken by the risk of so few images.
  expect(validation.warnings).toHaveLength(999);
  expect(validation.moreWarnings).toBe(101);
  expect(told(validation.errors)).toContain('EXTENSION_MISMATCH cat/really-a-jpeg.png');
});

test('nothing on the disk is changed', async () => {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, { ...(await goodFiles()), 'cat/broken.png': Buffer.from('x') });
  await mkdir(path.join(place.folder, 'empty'));
  const look = async () => {
    const names = await readdir(place.folder, { recursive: true });
    return Promise.all(
      names.sort().map(async (name) => {
        const { mtimeMs, ctimeMs, size } = await lstat(path.join(place.folder, name));
        return { name, mtimeMs, ctimeMs, size };
      }),
    );
  };
  const before = await look();
  await evaluatePath(place.folder);
  expect(await look()).toEqual(before);
});
