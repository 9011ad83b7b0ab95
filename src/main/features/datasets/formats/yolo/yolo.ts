import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import type { LabelFile } from '../../label-files.ts';
import { normalName } from '../../names.ts';
import { listed, makeProblem, type Problem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { reportNamesByCase } from '../class-names.ts';
import { field, type ImageLabels } from '../label-records.ts';
import type { LabelSpool } from '../label-spool.ts';
import {
  emptySet,
  type LabelledImage,
  type LabelledSet,
  type LabelReader,
  wholeText,
} from '../labelled-set.ts';
import type { Tally } from '../tally.ts';
import { type NamesFile, namesOfFiles, readNamesFile } from './class-list.ts';
import { type DataYaml, readDataYaml } from './data-yaml.ts';
import { LabelFiles, type LabelText, rowsOf } from './label-files.ts';
import { readLabelRows } from './label-rows.ts';
import { reportRows, unknownClassReport } from './row-faults.ts';
import { resolveSplits } from './splits.ts';

interface YamlText {
  readonly path: string;
  readonly segments: readonly string[];
  readonly text: string;
}

const measured = [0, 0, 0, 0] as const;
const isYaml = (name: string) => /\.ya?ml$/i.test(name);
const isNamesFile = (name: string) =>
  /^(?:classes|labels|obj|names|class_?names)\.(?:txt|names)$|\.names$/i.test(name);
const listedImage = /^[^\n]*\.(?:jpe?g|png|bmp|tiff?|webp|gif|avif)\s*$/i;
const labelRow = /^\d+(?:\s+[\d.eE+-]+){4,}\s*$/;
const firstLine = (text: string) => text.slice(0, 4096).trimStart().split('\n', 1)[0] ?? '';

/** YOLO: a text file of rows for each image, and `data.yaml` with the classes and splits (docs.ultralytics.com). */
export class YoloReader implements LabelReader {
  private readonly spool: LabelSpool;
  private readonly tally: Tally;
  private readonly labels: LabelFiles;
  private readonly lists = new Map<string, readonly string[]>();
  private readonly namesFiles: NamesFile[] = [];
  private readonly yamls: YamlText[] = [];
  private isUnreadable = false;

  constructor(spool: LabelSpool, tally: Tally) {
    this.spool = spool;
    this.tally = tally;
    this.labels = new LabelFiles(tally);
  }

  claims(segments: readonly string[]): boolean {
    return /\.(?:txt|ya?ml|names)$/i.test(segments.at(-1) ?? '');
  }

  async read(file: LabelFile): Promise<void> {
    const { path, segments } = file;
    const name = segments.at(-1) ?? '';
    // Texts of other kinds lie about, in whatever encoding: only those that are labels of an image are reported.
    const isOther = !isYaml(name) && !isNamesFile(name);
    const text = await wholeText(file, this.tally, { isUnknownReported: !isOther }).catch(
      (error: unknown) => {
        if (isOther) this.addLabels(path, '', 'unreadable');
        else this.isUnreadable = true;
        throw error;
      },
    );
    if (text === null && isOther) this.addLabels(path, '', 'undecodable');
    else if (text === null) this.isUnreadable = true;
    else if (isYaml(name)) this.yamls.push({ path, segments, text });
    else if (isNamesFile(name) && !labelRow.test(firstLine(text)))
      this.namesFiles.push(readNamesFile(path, text));
    else if (listedImage.test(firstLine(text))) this.lists.set(normalName(path), text.split(/\r\n|\n|\r/));
    else {
      this.addLabels(path, text, null);
      // A list of a split without images is empty, too.
      if (text.trim() === '') this.lists.set(normalName(path), []);
    }
  }

  private addLabels(path: string, text: string, unread: LabelText['unread']): void {
    const number = this.labels.all.length;
    this.labels.add({ ...readLabelRows(text, number, this.spool), path, number, unread });
  }

  finish(images: readonly ScannedImage[], folders: readonly (readonly string[])[]): LabelledSet {
    const yaml = this.yaml();
    if (yaml === 'unusable') return emptySet;
    const names = yaml?.content.names ?? this.namesFromFiles(yaml?.content.namesFile ?? null);
    if (names === 'unusable') return emptySet;
    if (!names) return this.withoutNames(yaml?.path ?? null);
    reportNamesByCase(this.tally, yaml?.path ?? '', names);
    const splits = resolveSplits(yaml, images, folders, this.lists, this.tally);
    // Why there is none has been said.
    if (splits.images.length === 0 && splits.isFatal) return emptySet;
    const used = new Map<LabelText, ScannedImage>();
    const unlabelled: ScannedImage[] = [];
    const placed = splits.images.flatMap(({ image, split }): LabelledImage[] => {
      const labels = this.labels.of(image);
      if (!labels) unlabelled.push(image);
      const first = labels ? used.get(labels) : undefined;
      if (labels && first) {
        this.reportShared(labels, first, image);
        return [];
      }
      if (labels) used.set(labels, image);
      if (labels?.unread === 'undecodable') this.reportUndecodable(labels);
      const hasRefused = labels !== null && (labels.faultCount > 0 || labels.unread !== null);
      return [{ image, split, labels: labels && rowsOf(labels) > 0 ? [labels.number] : [], hasRefused }];
    });
    const texts = [...used.keys()];
    if (!texts.some((labels) => rowsOf(labels) > 0 || labels.faultCount > 0))
      return this.withoutLabels(placed.length, texts);
    const keypoints = yaml?.content.keypointColumns ?? 0;
    reportRows(this.tally, texts, keypoints);
    this.reportUnlabelled(unlabelled);
    this.reportUnused(used);
    const classes = Int32Array.from(names, (_, index) => index);
    const onUnknownClass = unknownClassReport(this.tally, names.length, texts);
    const nameOf = (labels: ImageLabels, record: number) =>
      phrase('the row on line {line}', '{line}번째 줄', { line: labels.number(record, field.line) });
    return {
      classes: names,
      images: placed,
      originOf: (number) => {
        const file = this.labels.all[number]?.path ?? '';
        return {
          file,
          group: '',
          classes,
          isNormalised: true,
          shift: measured,
          onUnknownClass: (labels, record) => onUnknownClass(file, labels, record),
          boxOfRow: keypoints === 0 ? null : (numbers) => poseBox(numbers, keypoints),
          nameOf,
        };
      },
      isFatal: splits.isFatal || this.isUnreadable,
    };
  }

  /** The `data.yaml`: of the files that name classes or splits the one that says most, and lies nearest to the top. */
  private yaml() {
    const ranked = this.yamls
      .flatMap((yaml) => {
        const rank = rankOf(yaml.text);
        return rank === 0
          ? []
          : [{ ...yaml, rank, isNamedSo: /(?:^|\/)data(?:set)?\.ya?ml$/i.test(yaml.path) }];
      })
      .sort(
        (one, other) =>
          other.rank - one.rank ||
          one.segments.length - other.segments.length ||
          Number(other.isNamedSo) - Number(one.isNamedSo) ||
          (one.path < other.path ? -1 : 1),
      );
    const [first, ...others] = ranked;
    if (!first) return null;
    const { path, segments, text, rank } = first;
    const rivals = others.filter((other) => other.rank === rank && other.text.trim() !== text.trim());
    if (rivals.length > 0)
      this.tally.warning('DATA_YAML_CHOSEN', path, () =>
        makeProblem('DATA_YAML_CHOSEN', path, {
          others: listed(
            rivals.map((each) => each.path),
            5,
          ),
        }),
      );
    const report = (problem: Problem) => this.tally.error('CLASS_NAMES_INVALID', path, () => problem);
    const content: DataYaml | null = readDataYaml(text, path, report);
    return content ? { path, folder: segments.slice(0, -1), content } : ('unusable' as const);
  }

  /** @param named the file that `data.yaml` says lists them */
  private namesFromFiles(named: string | null): readonly string[] | 'unusable' | null {
    const last = named?.split(/[\\/]/).at(-1);
    const own = this.namesFiles.filter(({ path }) => path.split('/').at(-1) === last);
    const files = own.length > 0 ? own : this.namesFiles;
    if (files.length === 0) return null;
    const report = (problem: Problem) => this.tally.error('CLASS_NAMES_INVALID', problem.path, () => problem);
    return namesOfFiles(files, report) ?? 'unusable';
  }

  private withoutNames(yaml: string | null): LabelledSet {
    const looked =
      yaml === null
        ? { en: 'there is neither a data.yaml nor a classes.txt', ko: 'data.yaml도 classes.txt도 없습니다' }
        : phrase(
            '{yaml} has no "names", and there is no classes.txt',
            '{yaml}에 "names"가 없고 classes.txt도 없습니다',
            { yaml },
          );
    const hint = {
      en: 'Write the names of the classes into data.yaml, in the order of their numbers: "names: [bolt, nut]".',
      ko: '클래스 이름을 번호 순서대로 data.yaml에 적으세요: "names: [볼트, 너트]".',
    };
    this.tally.error('CLASSES_UNNAMED', '', () =>
      makeProblem('CLASSES_UNNAMED', yaml ?? '', { looked, hint }),
    );
    return emptySet;
  }

  private withoutLabels(images: number, texts: readonly LabelText[]): LabelledSet {
    const where = listed([...this.labels.looked], 6);
    const others = this.labels.all.filter((labels) => !texts.includes(labels));
    const elsewhere: Bilingual | '' =
      others.length === 0
        ? ''
        : phrase(
            ' {count} other text {count|file lies|files lie} in "{folder}".',
            ' 다른 텍스트 파일 {count}개가 "{folder}"에 있습니다.',
            { count: others.length, folder: others[0]?.path.split('/').slice(0, -1).join('/') || '.' },
          );
    const hint = phrase(
      'A label file has the name of its image and ends with ".txt"; it lies in "labels" where the image lies in "images", or beside it.{elsewhere}',
      '라벨 파일은 이미지와 이름이 같고 ".txt"로 끝나며, 이미지가 "images"에 있으면 "labels"에, 아니면 이미지 옆에 있어야 합니다.{elsewhere}',
      { elsewhere },
    );
    const looked =
      texts.length === 0
        ? phrase(
            'label files (.txt) of {images} {images|image|images} in {where}',
            '이미지 {images}장의 라벨 파일(.txt): {where}',
            { images, where },
          )
        : phrase(
            'rows in {count} label {count|file|files}, which {count|is|are} empty (the first is {first})',
            '라벨 파일 {count}개의 줄(모두 비어 있음, 예: {first})',
            { count: texts.length, first: texts[0]?.path ?? '' },
          );
    this.tally.error('LABELS_NOT_FOUND', '', () => makeProblem('LABELS_NOT_FOUND', '', { looked, hint }));
    return emptySet;
  }

  private reportShared({ path }: LabelText, first: ScannedImage, other: ScannedImage): void {
    this.tally.error('LABELS_SHARED', '', () =>
      makeProblem('LABELS_SHARED', other.sourcePath, { labels: path, first: first.sourcePath }),
    );
  }

  private reportUndecodable({ path }: LabelText): void {
    this.tally.error('ENCODING_UNKNOWN', '', () => makeProblem('ENCODING_UNKNOWN', path, {}));
  }

  private reportUnlabelled(images: readonly ScannedImage[]): void {
    const [first] = images;
    if (first)
      this.tally.warning('LABEL_FILES_MISSING', '', () =>
        makeProblem('LABEL_FILES_MISSING', first.sourcePath, {
          count: images.length,
          first: first.sourcePath,
          where: listed([...this.labels.looked], 3),
        }),
      );
  }

  private reportUnused(used: ReadonlyMap<LabelText, unknown>): void {
    const left = this.labels.all.filter((labels) => !used.has(labels) && rowsOf(labels) > 0);
    const [first] = left;
    if (first)
      this.tally.warning('LABEL_WITHOUT_IMAGE', '', () =>
        makeProblem('LABEL_WITHOUT_IMAGE', first.path, { count: left.length, first: first.path }),
      );
  }
}

/** How much a YAML file says of a dataset: names of classes count most. Settings of a training say other things, too. */
function rankOf(text: string): number {
  if (/^(?:epochs|lr0|backbone)\s*:/m.test(text)) return 0;
  const has = (keys: string) => new RegExp(`^\\s*["']?(?:${keys})["']?\\s*:`, 'm').test(text);
  return (has('names') ? 4 : 0) + (has('train|val') ? 2 : 0) + (has('nc') ? 1 : 0);
}

/** The box before keypoints: centre and size, then the columns of the points. */
function poseBox(numbers: readonly number[], keypoints: number) {
  const [x = 0, y = 0, width = 0, height = 0] = numbers;
  if (numbers.length !== 4 + keypoints) return null;
  return [x - width / 2, y - height / 2, width, height] as const;
}
