import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { zip } from './support/archives.ts';
import { goodFiles, picture, writeFiles } from './support/pictures.ts';
import { evaluatePath, told } from './support/validate.ts';

const run = promisify(execFile);

async function checkFolder(files: Record<string, Uint8Array | null>) {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, { ...(await goodFiles()), ...files });
  return (await evaluatePath(place.folder)).validation;
}

const leftBehind = [
  'Icon\r',
  'cat/Icon\r',
  '.DS_Store',
  'cat/._0.png',
  'cat/Thumbs.db',
  'desktop.ini',
  'cat/~$notes.docx',
  'cat/.~lock.notes.odt#',
  '__MACOSX/cat/._0.png',
  'lost+found/',
  'System Volume Information/IndexerVolumeGuid',
  '$RECYCLE.BIN/S-1-5/desktop.ini',
  '#recycle/old.png',
  '@Recycle/',
  '@eaDir/0.png/SYNOPHOTO_THUMB_M.jpg',
  '#snapshot/',
  '.snapshot/',
  'RECYCLER/',
  'FOUND.000/FILE0000.CHK',
  '__pycache__/a.pyc',
  '.git/objects/logo.png',
  '.ipynb_checkpoints/0-checkpoint.png',
  '.Trash-1000/files/0.png',
  '.fseventsd/',
  '.Spotlight-V100/',
  '.TemporaryItems/',
];

test('what systems leave behind is passed over without a word, in folders and archives', async () => {
  const image = await picture(90);
  const files = Object.fromEntries(leftBehind.map((name) => [name, name.endsWith('/') ? null : image]));
  expect(await checkFolder(files)).toMatchObject({ ok: true, warnings: [], summary: { images: 6 } });
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'set.zip');
  const entries = Object.entries({ ...(await goodFiles()), ...files });
  await writeFile(file, zip(entries.map(([name, body]) => ({ name, body: body ?? Buffer.alloc(0) }))));
  expect((await evaluatePath(file)).validation).toMatchObject({ ok: true, warnings: [] });
});

test('a hidden folder with images is told with their count; one without is not', async () => {
  const { ok, warnings } = await checkFolder({
    '.net/0.png': await picture(90),
    '.net/1.png': await picture(91),
    '.config/settings.json': Buffer.from('{}'),
    'cat/.draft.png': await picture(92),
  });
  expect(ok).toBe(true);
  expect(told(warnings)).toEqual(['HIDDEN_LEFT_OUT .net', 'HIDDEN_LEFT_OUT cat/.draft.png']);
  expect(warnings[0]?.message).toMatch(/2 images are left out, the first is \.net\/0\.png/);
});

test('a dataset that is hidden as a whole is told so', async () => {
  await using place = await temporaryFolder();
  const files = Object.entries(await goodFiles()).map(([name, body]) => [`.hidden/${name}`, body] as const);
  await writeFiles(place.folder, Object.fromEntries(files));
  const { validation } = await evaluatePath(place.folder);
  expect(told([...validation.errors, ...validation.warnings])).toEqual([
    'HIDDEN_LEFT_OUT .hidden',
    'NO_CLASSES ',
  ]);
});

test('odd names of what is no image refuse nothing and are shown spelled out', async () => {
  const text = Buffer.from('x');
  const { errors, warnings } = await checkFolder({
    'a\\b.txt': text,
    'cat/notes\u200e.txt': text,
    'cat/tab\t.md': text,
    'cat/odd\u202efolder/': null,
  });
  expect(errors).toEqual([]);
  expect(told(warnings)).toEqual([
    'NAME_UNUSABLE cat/odd\\u{202e}folder',
    'NOT_AN_IMAGE a\\b.txt',
    'NOT_AN_IMAGE cat/notes\\u{200e}.txt',
    'NOT_AN_IMAGE cat/tab\\u{9}.md',
  ]);
});

test('no bad path ends a crawl: one that is too long, links in a circle, a pipe, names that are no UTF-8', async () => {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, await goodFiles());
  const name = 'd'.repeat(250);
  // Made step by step: no call takes so long a path at once.
  const makeDeep = `cd "$1/cat"; for i in $(seq 18); do mkdir ${name}; cd ${name}; done`;
  await run('bash', ['-c', makeDeep, 'bash', place.folder]);
  await symlink('round.png', path.join(place.folder, 'cat', 'round.png'));
  await run('mkfifo', [path.join(place.folder, 'dog', 'pipe.png')]);
  const unreadable = Buffer.concat([Buffer.from(`${place.folder}/`), Buffer.from([0xb0, 0xa1])]);
  await mkdir(unreadable);
  await writeFile(Buffer.concat([unreadable, Buffer.from('/0.png')]), await picture(95));
  const { validation, accepted } = await evaluatePath(place.folder);
  // Node's own removal can't take so long a path.
  await run('rm', ['-rf', path.join(place.folder, 'cat', name)]);
  expect(accepted).toHaveLength(6);
  expect(validation.errors.map(({ code }) => code)).toEqual(['UNREADABLE_FILE', 'NAME_UNUSABLE']);
  expect(validation.errors[1]?.hint).toMatch(/convmv/);
  const codes = validation.warnings.map(({ code }) => code).sort();
  expect(codes).toEqual(['NAME_UNUSABLE', 'NOT_AN_IMAGE', 'PATH_TOO_LONG']);
  const long = validation.warnings.find(({ code }) => code === 'PATH_TOO_LONG');
  expect(long?.path.length).toBeLessThan(600);
  expect(long?.path).toMatch(/^cat\/d+ … d+/);
});
