import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import { listed, makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { readSplitName, type Split } from '../../split-names.ts';
import { ImageIndex } from '../image-index.ts';
import { field, type ImageLabels, type LabelSpool } from '../label-spool.ts';
import {
  emptySet,
  type LabelFile,
  type LabelledImage,
  type LabelledSet,
  type LabelOrigin,
  type LabelReader,
  reportGuess,
} from '../labelled-set.ts';
import { sizeTexts } from '../size-texts.ts';
import type { Tally } from '../tally.ts';
import { matchCategories } from './categories.ts';
import { others, reportFault, reportNoCoco } from './coco-faults.ts';
import { CocoFile, type CocoImage, type Counted, type ReadCocoFile } from './coco-file.ts';
import { JsonFault } from './json-cursor.ts';

const measured = [0, 0, 0, 0] as const;

/** COCO: JSON files that list images, annotations and categories (cocodataset.org, "Data format"). */
export class CocoReader implements LabelReader {
  private readonly spool: LabelSpool;
  private readonly tally: Tally;
  private readonly files: ReadCocoFile[] = [];
  private readonly refused: string[] = [];
  private nextImage = 0;

  constructor(spool: LabelSpool, tally: Tally) {
    this.spool = spool;
    this.tally = tally;
  }

  claims(segments: readonly string[]): boolean {
    return /\.json$/i.test(segments.at(-1) ?? '');
  }

  async read({ path, segments, chunks }: LabelFile): Promise<void> {
    const content = new CocoFile(this.spool, this.nextImage, (...fault) =>
      reportFault(this.tally, path, ...fault),
    );
    try {
      await content.read(chunks());
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      this.refused.push(path);
      if (error.isUndecodable)
        this.tally.error('ENCODING_UNKNOWN', path, () =>
          makeProblem('ENCODING_UNKNOWN', path, {}, error.line),
        );
      else this.tally.error('ANNOTATIONS_UNREADABLE', path, () => unreadable(path, error));
      return;
    } finally {
      this.nextImage += content.images.length;
    }
    const { korean } = content;
    if (korean) reportGuess(this.tally, path, 'cp949', korean.text, korean.line);
    const firstImage = this.nextImage - content.images.length;
    const name = segments.at(-1) ?? '';
    const folder = segments.slice(0, -1);
    const split = splitOf(name, folder);
    this.files.push({ path, folder, split, content, firstImage });
  }

  finish(images: readonly ScannedImage[]): LabelledSet {
    const { tally } = this;
    const files = this.files.filter(({ content }) => content.isNot === null);
    // Other JSON files (settings, licences) may lie beside: they are named where no annotation file is there.
    if (files.length === 0)
      for (const { path, content } of this.files) reportNoCoco(tally, path, content.isNot);
    if (files.length === 0) return this.nothing();
    const order: Record<string, number> = { train: 0, val: 1, test: 2 };
    files.sort(
      (one, other) =>
        (order[one.split ?? ''] ?? 3) - (order[other.split ?? ''] ?? 3) || (one.path < other.path ? -1 : 1),
    );
    for (const file of files) reportFileWarnings(tally, file);
    const { classes, maps, isFatal } = matchCategories(files, tally);
    const placed = placeImages(files, images, tally);
    const origins = files.map((file, index) => originOf(file, maps[index] ?? []));
    return {
      classes,
      images: placed,
      originOf: (number) => {
        const index = files.findIndex(
          ({ firstImage, content }) => number >= firstImage && number < firstImage + content.images.length,
        );
        return origins[index] as LabelOrigin;
      },
      isFatal: isFatal || this.refused.length > 0,
    };
  }

  private nothing(): LabelledSet {
    if (this.files.length + this.refused.length === 0)
      this.tally.error('LABELS_NOT_FOUND', '', () =>
        makeProblem('LABELS_NOT_FOUND', '', {
          looked: { en: 'files that end with ".json"', ko: '이름이 ".json"으로 끝나는 파일' },
          hint: {
            en: 'Give the folder that holds both the annotation files and the images.',
            ko: '어노테이션 파일과 이미지가 함께 든 폴더를 지정하세요.',
          },
        }),
      );
    return emptySet;
  }
}

function unreadable(path: string, { message, line }: JsonFault) {
  const why = phrase('line {line}: {message}', '{line}번째 줄: {message}', { line, message });
  const hint = {
    en: 'Correct the file there, or write it anew with a program: JSON has no comments and no comma before a closing bracket.',
    ko: '그 줄을 고치거나 프로그램으로 다시 저장하세요. JSON에는 주석이 없고, 닫는 괄호 앞에 쉼표가 없어야 합니다.',
  };
  return makeProblem('ANNOTATIONS_UNREADABLE', path, { kind: 'JSON', why, hint }, line);
}

/** The split of an annotation file: of its own name (`instances_train2017.json`), or of the folder in which it lies. */
function splitOf(name: string, folder: readonly string[]): Split | null {
  const words = name.replace(/\.json$/i, '').split(/[^\p{L}\p{N}]+/u);
  const own = new Set(words.flatMap((word) => readSplitName(word)?.split ?? []));
  const [only] = own;
  if (only && own.size === 1) return only;
  return readSplitName(folder.at(-1) ?? '')?.split ?? null;
}

function originOf({ path, content, firstImage }: ReadCocoFile, classes: ArrayLike<number>): LabelOrigin {
  return {
    file: path,
    group: path,
    classes,
    isNormalised: false,
    shift: measured,
    // Every category that an annotation names has a place in the map.
    onUnknownClass: () => undefined,
    nameOf: (labels, record) =>
      annotationName(idAt(content, labels, record), labels.number(record, field.line)),
  };
}

function idAt(content: CocoFile, labels: ImageLabels, record: number): number | string | null {
  const id = labels.number(record, field.id);
  if (Number.isNaN(id)) return null;
  return id < 0 ? (content.textIds[-id - 1] ?? null) : id;
}

function annotationName(id: number | string | null, line: number): Bilingual {
  if (id !== null) return phrase('annotation {id}', '어노테이션 {id}', { id });
  return phrase('the annotation on line {line}', '{line}번째 줄의 어노테이션', { line });
}

function reportFileWarnings(tally: Tally, { path, content }: ReadCocoFile): void {
  const unsaid = content.images.filter(({ entry }) => entry && (entry.width ?? entry.height) === null);
  if (unsaid.length > 0)
    tally.warning('IMAGE_SIZE_UNSAID', path, () =>
      makeProblem('IMAGE_SIZE_UNSAID', path, { count: unsaid.length }, unsaid[0]?.entry?.line),
    );
  if (content.hasTextIds) tally.warning('IDS_AS_TEXT', path, () => makeProblem('IDS_AS_TEXT', path, {}));
  const { maskless, flat } = content;
  if (content.masks > 0 && maskless.annotations > 0)
    tally.warning('MASK_MISSING', path, () =>
      makeProblem('MASK_MISSING', path, countedAs(maskless), maskless.firstLine),
    );
  if (flat.annotations > 0)
    tally.warning('MASK_FLAT', path, () => makeProblem('MASK_FLAT', path, countedAs(flat), flat.firstLine));
  if (content.keypoints > 0)
    tally.warning('KEYPOINTS_LEFT_OUT', path, () =>
      makeProblem('KEYPOINTS_LEFT_OUT', path, { count: content.keypoints }),
    );
}

function countedAs({ annotations, firstId, firstLine }: Counted) {
  return { count: annotations, what: annotationName(firstId, firstLine) };
}

/** The image files that the entries of all files mean. */
function placeImages(
  files: readonly ReadCocoFile[],
  images: readonly ScannedImage[],
  tally: Tally,
): LabelledImage[] {
  const index = new ImageIndex(images);
  const placed = new Map<
    ScannedImage,
    LabelledImage & { readonly file: string; readonly entry: CocoImage }
  >();
  for (const file of files) {
    for (const [local, entry] of file.content.images.entries()) {
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
        split: file.split,
        labels: entry.annotations > 0 ? [file.firstImage + local] : [],
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
  const [first] = left;
  if (!first) return;
  tally.warning('IMAGES_UNLABELLED', '', () =>
    makeProblem('IMAGES_UNLABELLED', first.sourcePath, {
      count: left.length,
      first: first.sourcePath,
      what: { en: 'entry in an annotation file', ko: '어노테이션 파일의 항목' },
      hint: {
        en: 'List them under "images" if they are to be used as background; otherwise leave them.',
        ko: '배경으로 쓰려면 "images" 목록에 넣고, 아니면 그대로 두세요.',
      },
    }),
  );
}
