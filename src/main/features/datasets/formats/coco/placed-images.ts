import { phrase } from '../../../../../shared/errors/entry.ts';
import { listed, makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { ImageIndex, splitOfFolder } from '../image-index.ts';
import { type LabelledImage, reportUnlabelled } from '../labelled-set.ts';
import { sizeTexts } from '../size-texts.ts';
import type { Tally } from '../tally.ts';
import { others } from './coco-faults.ts';
import type { ReadCocoFile } from './coco-file.ts';
import type { CocoImage } from './entries.ts';

/** The image files that the entries of all files mean. */
export function placeImages(
  files: readonly ReadCocoFile[],
  images: readonly ScannedImage[],
  tally: Tally,
): LabelledImage[] {
  const index = new ImageIndex(images, tally);
  const placed = new Map<
    ScannedImage,
    LabelledImage & { readonly file: string; readonly entry: CocoImage }
  >();
  for (const file of files) {
    for (const entry of file.content.images) {
      const image =
        entry.entry === null ? reportNoEntry(tally, file, entry) : locate(index, file, entry, tally);
      if (!image) continue;
      const first = placed.get(image);
      if (first) {
        reportListedTwice(tally, file, entry, first);
        continue;
      }
      // What is wrong with the image itself is reported with it.
      if (image.facts && !fits(image, file, entry, tally)) continue;
      placed.set(image, {
        image,
        split: file.split ?? splitOfFolder(image.segments),
        labels: entry.annotations > 0 ? [entry.number] : [],
        hasRefused: entry.hasRefused,
        file: file.path,
        entry,
      });
    }
  }
  reportUnlisted(images, placed, files, tally);
  return [...placed.values()];
}

function reportNoEntry(tally: Tally, { path }: ReadCocoFile, named: CocoImage): null {
  const { annotations, firstId, firstLine, id } = named;
  const more = others(annotations - 1);
  tally.error('IMAGE_ENTRY_MISSING', path, () =>
    makeProblem('IMAGE_ENTRY_MISSING', path, { annotation: firstId ?? '?', image: id, more }, firstLine),
  );
  return null;
}

function locate(
  index: ImageIndex,
  { path, folder, split }: ReadCocoFile,
  { entry, annotations, id }: CocoImage,
  tally: Tally,
): ScannedImage | null {
  const written = entry?.fileName ?? '';
  const { image, candidates } = index.find(written, folder, split);
  if (image) return image;
  const { line } = entry ?? {};
  if (candidates.length > 1) {
    const names = listed(
      candidates.map(({ sourcePath }) => sourcePath),
      3,
    );
    tally.error('IMAGE_FILE_AMBIGUOUS', path, () =>
      makeProblem('IMAGE_FILE_AMBIGUOUS', path, { image: written, candidates: names }, line),
    );
    return null;
  }
  const count = annotations;
  tally.error('IMAGE_FILE_MISSING', path, () =>
    makeProblem(
      'IMAGE_FILE_MISSING',
      path,
      {
        image: written === '' ? `id ${id}` : written,
        annotations:
          count === 0
            ? ''
            : phrase('; it has {count} {count|annotation|annotations}', '(어노테이션 {count}개)', { count }),
        hint: {
          en: 'Put the image into the folder under this name, or remove its entry and annotations from the file.',
          ko: '이 이름의 이미지를 폴더에 넣거나, 파일에서 해당 항목과 어노테이션을 지우세요.',
        },
      },
      line,
    ),
  );
  return null;
}

/** Whether the entry's size is that of the image as it is displayed. */
function fits(
  { facts, sourcePath }: ScannedImage,
  { path }: ReadCocoFile,
  { entry }: CocoImage,
  tally: Tally,
): boolean {
  const { width, height, line } = entry ?? { width: null, height: null, line: 0 };
  if (!facts || width === null || height === null) return true;
  if (width === facts.width && height === facts.height) return true;
  const isTurned = width === facts.height && height === facts.width;
  tally.error('IMAGE_SIZE_DIFFERS', path, () =>
    makeProblem(
      'IMAGE_SIZE_DIFFERS',
      path,
      {
        what: { en: 'entry', ko: '항목' },
        said: `${width} × ${height}`,
        image: sourcePath,
        found: `${facts.width} × ${facts.height}`,
        turned: isTurned ? sizeTexts.turned : '',
        hint: isTurned ? sizeTexts.turnedHint : sizeTexts.hint,
      },
      line,
    ),
  );
  return false;
}

function reportListedTwice(
  tally: Tally,
  { path }: ReadCocoFile,
  { id, entry }: CocoImage,
  first: { readonly file: string; readonly entry: CocoImage },
): void {
  const where =
    first.file === path
      ? phrase('line {line}', '{line}번째 줄', { line: first.entry.entry?.line ?? 0 })
      : { en: first.file, ko: first.file };
  tally.error('IMAGE_LISTED_TWICE', path, () =>
    makeProblem(
      'IMAGE_LISTED_TWICE',
      path,
      { image: entry?.fileName ?? '', one: `id ${first.entry.id}`, first: where, other: `id ${id}` },
      entry?.line,
    ),
  );
}

function reportUnlisted(
  images: readonly ScannedImage[],
  placed: ReadonlyMap<ScannedImage, unknown>,
  files: readonly ReadCocoFile[],
  tally: Tally,
): void {
  const listedNames = new Set(
    files.flatMap(({ content }) => content.images.map(({ entry }) => entry?.fileName?.split(/[\\/]/).at(-1))),
  );
  const left = images.filter(
    (image) => !placed.has(image) && !listedNames.has(image.segments.at(-1)?.normalize('NFC')),
  );
  reportUnlabelled(
    left,
    { en: 'entry in an annotation file', ko: '어노테이션 파일의 항목' },
    {
      en: 'List them under "images" if they are to be used as background; otherwise leave them.',
      ko: '배경으로 쓰려면 "images" 목록에 넣고, 아니면 그대로 두세요.',
    },
    tally,
  );
}
