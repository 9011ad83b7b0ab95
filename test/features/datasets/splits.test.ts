import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { picture, writeFiles } from './support/pictures.ts';
import { evaluatePath, told } from './support/validate.ts';

async function checkFolder(files: Record<string, Uint8Array | null>) {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, files);
  return await evaluatePath(place.folder);
}

test('train, val and test folders are kept as the images’ splits', async () => {
  const { validation, accepted } = await checkFolder({
    'train/cat/1.png': await picture(1),
    'train/cat/2.png': await picture(2),
    'train/dog/1.png': await picture(3),
    'train/dog/2.png': await picture(4),
    'val/cat/1.png': await picture(5),
    'val/dog/1.png': await picture(6),
    'test/cat/1.png': await picture(7),
    'test/dog/1.png': await picture(8),
  });
  expect(validation).toMatchObject({ ok: true, warnings: [] });
  expect(validation.summary.classes).toEqual([
    { name: 'cat', count: 4 },
    { name: 'dog', count: 4 },
  ]);
  expect(accepted.map((image) => `${image.split} ${image.class} ${image.path}`)).toEqual([
    'test cat test/cat/1.png',
    'test dog test/dog/1.png',
    'train cat train/cat/1.png',
    'train cat train/cat/2.png',
    'train dog train/dog/1.png',
    'train dog train/dog/2.png',
    'val cat val/cat/1.png',
    'val dog val/dog/1.png',
  ]);
});

test('a class that is missing in train or in val is told', async () => {
  const { validation } = await checkFolder({
    'train/cat/1.png': await picture(1),
    'train/cat/2.png': await picture(2),
    'train/bird/1.png': await picture(3),
    'train/bird/2.png': await picture(9),
    'val/cat/3.png': await picture(4),
    'val/dog/1.png': await picture(5),
    'val/bird': null,
  });
  expect(validation.errors).toEqual([]);
  expect(told(validation.warnings)).toEqual(['EMPTY_CLASS val/bird', 'EMPTY_CLASS val/dog']);
});

test('an image that stands in train and val both is told, and classes spelled differently in them collide', async () => {
  const same = await picture(1);
  const { validation } = await checkFolder({
    'train/cat/1.png': same,
    'train/cat/2.png': await picture(2),
    'val/cat/3.png': same,
  });
  expect(validation.warnings).toMatchObject([{ code: 'DUPLICATE_IMAGE', message: /"train" and "val"/ }]);
  const other = await checkFolder({
    'train/cat/1.png': same,
    'train/cat/2.png': await picture(2),
    'val/Cat/3.png': await picture(3),
  });
  expect(told(other.validation.errors)).toContain('CASE_COLLISION val/Cat');
  expect(other.isFatal).toBe(true);
});
