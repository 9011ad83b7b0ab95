import { foldName, normalName } from '../../names.ts';
import { makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { readSplitName, type Split } from '../../split-names.ts';
import { ImageIndex, splitOfFolder, stemOf } from '../image-index.ts';
import { reportUnlabelled } from '../labelled-set.ts';
import type { Tally } from '../tally.ts';
import type { DataYaml } from './data-yaml.ts';

interface YamlFile {
  readonly path: string;
  readonly folder: readonly string[];
  readonly content: DataYaml;
}

interface ImageInSplit {
  readonly image: ScannedImage;
  readonly split: Split | null;
}

const keyOf = (segments: readonly string[]) => segments.map(normalName).join('/');

/**
 * Which images a YOLO dataset has, and the split of each: those in the folders and lists that `data.yaml` names; without one, all,
 * by the names of their folders.
 * @param lists texts of one path on each line, by their normal path
 */
export function resolveSplits(
  yaml: YamlFile | null,
  images: readonly ScannedImage[],
  folders: readonly (readonly string[])[],
  lists: ReadonlyMap<string, readonly string[]>,
  tally: Tally,
): { readonly images: ImageInSplit[]; readonly isFatal: boolean } {
  const index = new ImageIndex(images, tally);
  if (!yaml || yaml.content.splits.length === 0)
    return { images: splitByLists(images, index, lists, tally), isFatal: false };
  const places = new Places(yaml, images, folders, lists);
  const splitOf = new Map<ScannedImage, Split>();
  let isFatal = false;
  for (const { split, paths, line } of yaml.content.splits) {
    const own: ScannedImage[] = [];
    for (const path of paths) {
      const place = places.find(path);
      if (!place) {
        // Nothing is trained or judged by "test", and exporters write it whether it is there or not.
        const make = () => makeProblem('SPLIT_FOLDER_MISSING', yaml.path, { split, path }, line);
        if (split === 'test') tally.warning('SPLIT_FOLDER_MISSING', path, make);
        else tally.error('SPLIT_FOLDER_MISSING', '', make);
        isFatal ||= split === 'train';
      } else if (place.list) {
        own.push(...imagesOfList(index, place.list, place.key, split, tally));
      } else own.push(...images.filter(({ segments }) => isBelow(segments, place.folder)));
    }
    const twin = own
      .map((image) => splitOf.get(image))
      .find((other) => other !== undefined && other !== split);
    if (twin) {
      tally.warning('SPLIT_TWICE', split, () =>
        makeProblem('SPLIT_TWICE', yaml.path, { split: twin, other: split }, line),
      );
    }
    for (const image of own) if (!splitOf.has(image)) splitOf.set(image, split);
  }
  places.reportPath(tally);
  places.reportByCase(tally);
  reportLeftOut(images, splitOf, tally);
  return { images: [...splitOf].map(([image, split]) => ({ image, split })), isFatal };
}

/** The splits of images that no `data.yaml` parts: by lists called `train.txt`, `val.txt` and so on; else by their folders. */
function splitByLists(
  images: readonly ScannedImage[],
  index: ImageIndex,
  lists: ReadonlyMap<string, readonly string[]>,
  tally: Tally,
): ImageInSplit[] {
  const splitOf = new Map<ScannedImage, Split>();
  for (const [path, rows] of lists) {
    const split = readSplitName(stemOf(path.split('/').at(-1) ?? ''))?.split;
    if (!split) continue;
    for (const image of imagesOfList(index, rows, path, split, tally))
      if (!splitOf.has(image)) splitOf.set(image, split);
  }
  return images.map((image) => ({ image, split: splitOf.get(image) ?? splitOfFolder(image.segments) }));
}

function imagesOfList(
  index: ImageIndex,
  rows: readonly string[],
  list: string,
  split: Split,
  tally: Tally,
): ScannedImage[] {
  return rows.flatMap((row, at) =>
    row.trim() === '' ? [] : imagesOfRow(index, row.trim(), at + 1, list, split, tally),
  );
}

function isBelow(segments: readonly string[], folder: readonly string[]): boolean {
  return (
    segments.length > folder.length && folder.every((each, at) => normalName(segments[at] ?? '') === each)
  );
}

/** The images that a line of a list means; none, and reported, where there is no such image. */
function imagesOfRow(
  index: ImageIndex,
  written: string,
  line: number,
  list: string,
  split: Split,
  tally: Tally,
): ScannedImage[] {
  const { image } = index.find(written, list.split('/').slice(0, -1), split);
  if (image) return [image];
  const hint = {
    en: 'Put the image there, or remove the line from the list.',
    ko: '이미지를 넣거나 목록에서 그 줄을 지우세요.',
  };
  tally.error('IMAGE_FILE_MISSING', list, () =>
    makeProblem('IMAGE_FILE_MISSING', list, { image: written, annotations: '', hint }, line),
  );
  return [];
}

function reportLeftOut(
  images: readonly ScannedImage[],
  splitOf: ReadonlyMap<ScannedImage, Split>,
  tally: Tally,
): void {
  const left = images.filter((image) => !splitOf.has(image));
  reportUnlabelled(
    left,
    { en: 'place in a split of data.yaml', ko: 'data.yaml의 분할에 속하는 자리' },
    {
      en: 'Name their folder in data.yaml if they are to be used; otherwise leave them.',
      ko: '쓰려면 data.yaml에 그 폴더를 적고, 아니면 그대로 두세요.',
    },
    tally,
  );
}

type Place =
  | { readonly key: string; readonly folder: readonly string[]; readonly list: null }
  | { readonly key: string; readonly folder: null; readonly list: readonly string[] };

/** The folders and lists of a source, found by the paths that a `data.yaml` writes, which may be those of another machine. */
class Places {
  private readonly yaml: YamlFile;
  private readonly lists: ReadonlyMap<string, readonly string[]>;
  private readonly folders = new Set<string>();
  /** Folders and lists by their names in whatever letters. */
  private readonly folded = new Map<string, string>();
  private byCase: { readonly written: string; readonly found: string } | null = null;
  private usedWithoutPath = false;

  constructor(
    yaml: YamlFile,
    images: readonly ScannedImage[],
    folders: readonly (readonly string[])[],
    lists: ReadonlyMap<string, readonly string[]>,
  ) {
    this.yaml = yaml;
    this.lists = lists;
    for (const folder of folders) this.folders.add(keyOf(folder));
    for (const { segments } of images)
      for (let length = 0; length < segments.length; length += 1)
        this.folders.add(keyOf(segments.slice(0, length)));
    for (const key of [...this.folders, ...lists.keys()]) this.folded.set(foldName(key), key);
  }

  /** Beside the file first, then below its `path`, then by the end of what is written. */
  find(written: string): Place | null {
    const { folder, content } = this.yaml;
    // A pattern that means all images of a folder: "images/train/*.jpg".
    const own = partsOf(written.replace(/[\\/]\*(?:\.\w+)?$/, ''));
    const withPath = content.path ? [...partsOf(content.path.value), ...own] : own;
    const beside = this.at(resolved(folder, own));
    if (beside) {
      this.usedWithoutPath = true;
      return beside;
    }
    const below = this.at(resolved(folder, withPath));
    if (below) return below;
    // Some exporters write "../train/images" beside which the folder lies; others lay the file into a folder of its own.
    const bare = own.filter((part) => part !== '..');
    for (let skipped = 0; skipped < bare.length; skipped += 1)
      for (let up = folder.length; up >= 0; up -= 1) {
        const place = this.at([...folder.slice(0, up).map(normalName), ...bare.slice(skipped)]);
        if (!place) continue;
        this.usedWithoutPath = true;
        return place;
      }
    return null;
  }

  reportByCase(tally: Tally): void {
    const { byCase } = this;
    if (byCase)
      tally.warning('NAMES_BY_CASE', '', (count) =>
        makeProblem('NAMES_BY_CASE', this.yaml.path, { count, ...byCase }),
      );
  }

  /** Says that `path` was passed over, where it means another folder than the file's own. */
  reportPath(tally: Tally): void {
    const { path, folder, content } = this.yaml;
    if (!this.usedWithoutPath || !content.path || partsOf(content.path.value).length === 0) return;
    const { value, line } = content.path;
    tally.warning('PATH_IGNORED', path, () =>
      makeProblem('PATH_IGNORED', path, { path: value, used: folder.join('/') || '.' }, line),
    );
  }

  private at(segments: readonly string[] | null): Place | null {
    if (!segments) return null;
    const written = keyOf(segments);
    const isThere = this.lists.has(written) || this.folders.has(written);
    const key = isThere ? written : (this.folded.get(foldName(written)) ?? written);
    if (key !== written) this.byCase ??= { written, found: key };
    const list = this.lists.get(key);
    if (list) return { key, folder: null, list };
    if (!this.folders.has(key)) return null;
    return { key, folder: key === '' ? [] : key.split('/'), list: null };
  }
}

function partsOf(written: string): string[] {
  return normalName(written)
    .split(/[\\/]+/)
    .filter((part) => part !== '' && part !== '.');
}

/** Null where the path leaves the source. */
function resolved(folder: readonly string[], parts: readonly string[]): string[] | null {
  const path = [...folder];
  for (const part of parts) {
    if (part !== '..') path.push(part);
    else if (path.pop() === undefined) return null;
  }
  return path;
}
