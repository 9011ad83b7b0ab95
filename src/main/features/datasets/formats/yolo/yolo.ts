import { phrase } from '../../../../../shared/errors/entry.ts';
import { normalName } from '../../names.ts';
import { listed, makeProblem, type Problem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { reportNamesByCase } from '../class-names.ts';
import { stemOf } from '../image-index.ts';
import { field, type ImageLabels, type LabelSpool } from '../label-spool.ts';
import {
  emptySet,
  type LabelFile,
  type LabelledImage,
  type LabelledSet,
  type LabelReader,
  wholeText,
} from '../labelled-set.ts';
import type { Tally } from '../tally.ts';
import { type DataYaml, readDataYaml } from './data-yaml.ts';
import { type LabelRows, readLabelRows } from './label-rows.ts';
import { resolveSplits } from './splits.ts';

interface LabelText extends LabelRows {
  /** As the source spells it. */
  readonly path: string;
  /** In the spool. */
  readonly number: number;
}

interface YamlText {
  readonly path: string;
  readonly segments: readonly string[];
  readonly text: string;
}

const measured = [0, 0, 0, 0] as const;
const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const isNamesFile = (name: string) =>
  /^(?:classes|labels|obj|names|classnames)\.(?:txt|names)$|\.names$/i.test(name);
const listedImage = /^[^\n]*\.(?:jpe?g|png|bmp|tiff?|webp|gif|avif)\s*$/i;

/** YOLO: a text file of rows for each image, and `data.yaml` with the classes and splits (docs.ultralytics.com). */
export class YoloReader implements LabelReader {
  private readonly spool: LabelSpool;
  private readonly tally: Tally;
  private readonly texts: LabelText[] = [];
  /** By their normal path. */
  private readonly labels = new Map<string, LabelText>();
  private readonly lists = new Map<string, readonly string[]>();
  private readonly yamls: YamlText[] = [];
  private isUnreadable = false;

  constructor(spool: LabelSpool, tally: Tally) {
    this.spool = spool;
    this.tally = tally;
  }

  claims(segments: readonly string[]): boolean {
    return /\.(?:txt|ya?ml|names)$/i.test(segments.at(-1) ?? '');
  }

  async read(file: LabelFile): Promise<void> {
    const text = await wholeText(file, this.tally);
    const { path, segments } = file;
    const name = segments.at(-1) ?? '';
    if (text === null) this.isUnreadable = true;
    else if (/\.ya?ml$/i.test(name)) this.yamls.push({ path, segments, text });
    else if (isNamesFile(name) || listedImage.test(text.slice(0, 4096).trimStart().split('\n', 1)[0] ?? ''))
      this.lists.set(
        normalName(path),
        text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== ''),
      );
    else {
      const number = this.texts.length;
      const labels = { ...readLabelRows(text, number, this.spool), path, number };
      this.texts.push(labels);
      this.labels.set(normalName(path), labels);
    }
  }

  finish(images: readonly ScannedImage[], folders: readonly (readonly string[])[]): LabelledSet {
    const yaml = this.yaml();
    if (yaml === 'unusable') return emptySet;
    const names = yaml?.content.names ?? this.namesFromFile();
    if (!names) return this.withoutNames(yaml?.path ?? null);
    reportNamesByCase(this.tally, yaml?.path ?? '', names);
    const splits = resolveSplits(yaml, images, folders, this.lists, this.tally);
    const used = new Set<LabelText>();
    const looked = new Set<string>();
    const placed = splits.images.map(({ image, split }): LabelledImage => {
      const labels = this.labelsOf(image, looked);
      if (labels) used.add(labels);
      return { image, split, labels: labels && labels.rows > 0 ? [labels.number] : [] };
    });
    if (used.size === 0) return this.withoutLabels(placed.length, looked);
    this.reportRows(used);
    this.reportUnused(used);
    const classes = Int32Array.from(names, (_, index) => index);
    const onUnknownClass = this.unknownClass(names, used);
    const nameOf = (labels: ImageLabels, record: number) =>
      phrase('the row on line {line}', '{line}번째 줄', { line: labels.number(record, field.line) });
    return {
      classes: names,
      images: placed,
      originOf: (number) => {
        const file = this.texts[number]?.path ?? '';
        const report = (labels: ImageLabels, record: number) => onUnknownClass(file, labels, record);
        return {
          file,
          group: '',
          classes,
          isNormalised: true,
          shift: measured,
          onUnknownClass: report,
          nameOf,
        };
      },
      isFatal: splits.isFatal || this.isUnreadable,
    };
  }

  /** The `data.yaml`: the one nearest to the top that names splits or classes. */
  private yaml() {
    const order = this.yamls.toSorted(
      (one, other) => one.segments.length - other.segments.length || (one.path < other.path ? -1 : 1),
    );
    for (const { path, segments, text } of order) {
      if (!/^\s*["']?(?:names|train|val|nc)["']?\s*:/m.test(text)) continue;
      const report = (problem: Problem) => this.tally.error('CLASS_NAMES_INVALID', path, () => problem);
      const content: DataYaml | null = readDataYaml(text, path, report);
      return content ? { path, folder: segments.slice(0, -1), content } : 'unusable';
    }
    return null;
  }

  private namesFromFile(): readonly string[] | null {
    const files = [...this.lists].filter(([path]) => isNamesFile(lastOf(path)));
    files.sort(([one], [other]) => one.split('/').length - other.split('/').length || (one < other ? -1 : 1));
    return files[0]?.[1].map((line) => normalName(line).trim()) ?? null;
  }

  /** The labels of an image: in the folder `labels` in the place of the last one called `images`, else beside it. */
  private labelsOf({ segments }: ScannedImage, looked: Set<string>): LabelText | null {
    const name = `${stemOf(segments.at(-1) ?? '')}.txt`;
    const folder = segments.slice(0, -1);
    const images = folder.findLastIndex((each) => /^images?$/i.test(each));
    const places =
      images >= 0
        ? [folder.with(images, 'labels'), folder]
        : [folder, [...folder, 'labels'], [...folder.slice(0, -1), 'labels']];
    for (const place of places) {
      const labels = this.labels.get(normalName([...place, name].join('/')));
      if (labels) return labels;
      if (looked.size < 6) looked.add(place.join('/') || '.');
    }
    return null;
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

  private withoutLabels(images: number, looked: ReadonlySet<string>): LabelledSet {
    const where = listed([...looked], 6);
    const others = this.texts.length;
    const hint = phrase(
      'A label file has the name of its image and ends with ".txt"; it lies in "labels" where the image lies in "images", or beside it.{others}',
      '라벨 파일은 이미지와 이름이 같고 ".txt"로 끝나며, 이미지가 "images"에 있으면 "labels"에, 아니면 이미지 옆에 있어야 합니다.{others}',
      {
        others:
          others === 0
            ? ''
            : phrase(
                ' {count} other text files lie in "{folder}".',
                ' 다른 텍스트 파일 {count}개가 "{folder}"에 있습니다.',
                {
                  count: others,
                  folder: this.texts[0]?.path.split('/').slice(0, -1).join('/') || '.',
                },
              ),
      },
    );
    this.tally.error('LABELS_NOT_FOUND', '', () =>
      makeProblem('LABELS_NOT_FOUND', '', {
        looked: phrase(
          'label files (.txt) of {images} {images|image|images} in {where}',
          '이미지 {images}장의 라벨 파일(.txt): {where}',
          { images, where },
        ),
        hint,
      }),
    );
    return emptySet;
  }

  private reportRows(used: ReadonlySet<LabelText>): void {
    let [polygons, boxes, keypoints] = [0, 0, 0];
    let box: { readonly path: string; readonly line: number; readonly isMixed: boolean } | null = null;
    for (const { path, faults, faultCount, rows, polygons: own, firstBox, keypointRows } of used) {
      for (const { line, why, hint } of faults)
        this.tally.error('ROW_INVALID', '', () => makeProblem('ROW_INVALID', path, { why, hint }, line));
      this.tally.moreErrors('ROW_INVALID', faultCount - faults.length);
      polygons += own;
      boxes += rows - own;
      keypoints += keypointRows;
      // A file that has both shows best what is meant.
      const isMixed = own > 0;
      const isFirst = !box || (isMixed === box.isMixed ? path < box.path : isMixed);
      if (firstBox !== null && isFirst) box = { path, line: firstBox, isMixed };
    }
    if (keypoints > 0)
      this.tally.warning('KEYPOINTS_LEFT_OUT', '', () =>
        makeProblem('KEYPOINTS_LEFT_OUT', box?.path ?? '', { count: keypoints }),
      );
    if (polygons === 0 || !box) return;
    const { path, line } = box;
    const what = phrase('the row on line {line}', '{line}번째 줄', { line });
    this.tally.warning('MASK_MISSING', '', () =>
      makeProblem('MASK_MISSING', path, { count: boxes, what }, line),
    );
  }

  private reportUnused(used: ReadonlySet<LabelText>): void {
    const left = this.texts.filter((labels) => !used.has(labels) && labels.rows > 0);
    const [first] = left;
    if (first)
      this.tally.warning('LABEL_WITHOUT_IMAGE', '', () =>
        makeProblem('LABEL_WITHOUT_IMAGE', first.path, { count: left.length, first: first.path }),
      );
  }

  private unknownClass(names: readonly string[], used: ReadonlySet<LabelText>) {
    const rows = [...used].filter((labels) => labels.rows > 0);
    const lowest = rows.reduce((least, each) => Math.min(least, each.lowestClass), Number.POSITIVE_INFINITY);
    const highest = rows.reduce((most, each) => Math.max(most, each.highestClass), -1);
    const fromOne = lowest === 1 && highest === names.length;
    const guess = fromOne
      ? {
          en: '; no row has 0, so the numbers seem to begin at 1',
          ko: '. 0이 한 번도 없으니 번호가 1부터 시작하는 것 같습니다',
        }
      : '';
    const hint = fromOne
      ? { en: 'Subtract 1 from the class of every row.', ko: '모든 줄의 클래스에서 1을 빼세요.' }
      : {
          en: 'Correct the number, or add the class to "names".',
          ko: '번호를 고치거나 "names"에 클래스를 추가하세요.',
        };
    const known = phrase(
      '"names" has {count} {count|class|classes}, 0 to {last}',
      '"names"에는 0부터 {last}까지 클래스가 {count}개 있습니다',
      { count: names.length, last: names.length - 1 },
    );
    return (file: string, labels: ImageLabels, record: number) => {
      const line = labels.number(record, field.line);
      const label = labels.number(record, field.class);
      const what = { en: 'The row', ko: '이 줄' };
      this.tally.error('CLASS_UNKNOWN', '', () =>
        makeProblem('CLASS_UNKNOWN', file, { what, class: label, known, guess, hint }, line),
      );
    };
  }
}
