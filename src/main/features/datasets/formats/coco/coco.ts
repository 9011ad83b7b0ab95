import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import type { LabelFile } from '../../label-files.ts';
import { listed, makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { readSplitName, type Split } from '../../split-names.ts';
import { field, type ImageLabels } from '../label-records.ts';
import type { LabelSpool } from '../label-spool.ts';
import {
  emptySet,
  exampleOf,
  type LabelledSet,
  type LabelOrigin,
  type LabelReader,
  reportGuess,
} from '../labelled-set.ts';
import type { Tally } from '../tally.ts';
import { matchCategories } from './categories.ts';
import { reportFaults, reportNoCoco } from './coco-faults.ts';
import { CocoFile, type ReadCocoFile } from './coco-file.ts';
import type { CocoId, Counted } from './entries.ts';
import { JsonFault } from './json-bytes.ts';
import { placeImages } from './placed-images.ts';
import { utf8Of } from './utf8-chunks.ts';

const measured = [0, 0, 0, 0] as const;

/** COCO: JSON files that list images, annotations and categories (cocodataset.org, "Data format"). */
export class CocoReader implements LabelReader {
  private readonly spool: LabelSpool;
  private readonly tally: Tally;
  private readonly files: ReadCocoFile[] = [];
  /** Those that could not be read, or not to their end. */
  private readonly refused: string[] = [];
  /** By the image's number in the spool. */
  private readonly fileOf: CocoFile[] = [];

  constructor(spool: LabelSpool, tally: Tally) {
    this.spool = spool;
    this.tally = tally;
  }

  claims(segments: readonly string[]): boolean {
    return /\.json$/i.test(segments.at(-1) ?? '');
  }

  async read(file: LabelFile): Promise<void> {
    const { path, segments } = file;
    const content: CocoFile = new CocoFile(this.spool, () => this.fileOf.push(content) - 1);
    try {
      // What an archive holds is passed over where reading does not begin at once.
      const kept = file.keep ? await this.spool.keep(file) : null;
      content.kept = kept?.number ?? null;
      await content.read(
        utf8Of(until(file.signal, kept?.file.chunks() ?? file.chunks()), (encoding, start, isGuess) => {
          // What is read is not what stands in the file.
          content.kept = null;
          if (isGuess) reportGuess(this.tally, path, encoding, exampleOf(start), undefined);
        }),
      );
    } catch (error) {
      this.refused.push(path);
      if (!(error instanceof JsonFault)) throw error;
      if (error.isUndecodable)
        this.tally.error('ENCODING_UNKNOWN', path, () =>
          makeProblem('ENCODING_UNKNOWN', path, {}, error.line),
        );
      else this.tally.error('ANNOTATIONS_UNREADABLE', path, () => unreadable(path, error));
      return;
    }
    const { korean } = content;
    if (korean) reportGuess(this.tally, path, 'cp949', korean.text, korean.line);
    const name = segments.at(-1) ?? '';
    const folder = segments.slice(0, -1);
    this.files.push({ path, name, folder, split: splitOf(name, folder), content });
  }

  finish(images: readonly ScannedImage[]): LabelledSet {
    const { tally } = this;
    const all = this.files.filter(({ content }) => content.isNot === null);
    // Other JSON files (settings, licences) may lie beside: they are named where no annotation file is there.
    if (all.length === 0)
      for (const { path, content } of this.files) reportNoCoco(tally, path, content.isNot);
    const files = all.filter((file) => !this.isRepeated(file, all));
    if (files.length === 0) return this.nothing();
    const order: Record<string, number> = { train: 0, val: 1, test: 2 };
    files.sort(
      (one, other) =>
        (order[one.split ?? ''] ?? 3) - (order[other.split ?? ''] ?? 3) || (one.path < other.path ? -1 : 1),
    );
    for (const { path, content } of files) reportFaults(tally, path, content);
    for (const file of files) reportFileWarnings(tally, file);
    this.reportEmpty(files);
    const { classes, maps, isFatal } = matchCategories(files, tally);
    const placed = placeImages(files, images, tally);
    const origins = new Map(
      files.map((file, index) => [file.content, originOf(file, maps[index] ?? [])] as const),
    );
    return {
      classes,
      images: placed,
      originOf: (number) => origins.get(this.fileOf[number] as CocoFile) as LabelOrigin,
      isFatal: isFatal || this.refused.length > 0,
    };
  }

  /** Whether the file has the images of another one once more, as COCO's own keypoint files have those of its instances. */
  private isRepeated({ path, name, folder }: ReadCocoFile, files: readonly ReadCocoFile[]): boolean {
    const rest = /^(?:person_keypoints|captions|stuff|panoptic)(_.*)$/i.exec(name)?.[1];
    const used = files.find(
      (other) =>
        rest !== undefined &&
        other.name.toLowerCase() === `instances${rest.toLowerCase()}` &&
        other.folder.join('/') === folder.join('/'),
    );
    if (!used) return false;
    this.tally.warning('ANNOTATIONS_LEFT_OUT', path, () =>
      makeProblem('ANNOTATIONS_LEFT_OUT', path, { used: used.path }),
    );
    return true;
  }

  private nothing(): LabelledSet {
    if (this.files.length + this.refused.length === 0)
      this.reportNotFound({ en: 'files that end with ".json"', ko: '이름이 ".json"으로 끝나는 파일' });
    return emptySet;
  }

  /** Files that list images and not one annotation have no labels. */
  private reportEmpty(files: readonly ReadCocoFile[]): void {
    const annotations = files.flatMap(({ content }) => content.images.map((image) => image.annotations));
    const names = listed(
      files.map(({ path }) => path),
      3,
    );
    if (
      annotations.every((count) => count === 0) &&
      files.every(({ content }) => content.faults.length === 0)
    )
      this.reportNotFound(
        phrase('annotations in {names}, whose lists are empty', '{names}의 어노테이션(목록이 비어 있음)', {
          names,
        }),
      );
  }

  private reportNotFound(looked: Bilingual): void {
    const hint = {
      en: 'Give the folder that holds both the annotation files and the images.',
      ko: '어노테이션 파일과 이미지가 함께 든 폴더를 지정하세요.',
    };
    this.tally.error('LABELS_NOT_FOUND', '', () => makeProblem('LABELS_NOT_FOUND', '', { looked, hint }));
  }
}

/** The same until it is aborted: a file may be one of gigabytes. */
async function* until(
  signal: AbortSignal | undefined,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
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

function originOf({ path, content }: ReadCocoFile, classes: ArrayLike<number>): LabelOrigin {
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

function idAt(content: CocoFile, labels: ImageLabels, record: number): CocoId | null {
  const id = labels.number(record, field.id);
  if (Number.isNaN(id)) return null;
  return id < 0 ? (content.textIds[-id - 1] ?? null) : id;
}

function annotationName(id: CocoId | null, line: number): Bilingual {
  if (id !== null) return phrase('annotation {id}', '어노테이션 {id}', { id });
  return phrase('the annotation on line {line}', '{line}번째 줄의 어노테이션', { line });
}

function reportFileWarnings(tally: Tally, { path, content }: ReadCocoFile): void {
  const unsaid = content.images.filter(({ entry }) => entry && (entry.width ?? entry.height) === null);
  if (unsaid.length > 0)
    tally.warning('IMAGE_SIZE_UNSAID', path, () =>
      makeProblem('IMAGE_SIZE_UNSAID', path, { count: unsaid.length }, unsaid[0]?.entry?.line),
    );
  const { repeated, farthestEdge } = content;
  if (repeated.annotations > 0)
    tally.warning('ANNOTATION_ID_TWICE', path, () =>
      makeProblem('ANNOTATION_ID_TWICE', path, countedAs(repeated), repeated.firstLine),
    );
  if (farthestEdge > 0 && farthestEdge <= 1)
    tally.error('NOT_PIXELS', path, () => makeProblem('NOT_PIXELS', path, {}));
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
