import { stemOf } from '../formats/image-index.ts';
import type { ManifestLine } from '../manifest.ts';
import { foldName } from '../names.ts';
import { readSplitName, type Split } from '../split-names.ts';

/** Where images without a split lie in a set whose other images have one. */
const without = 'default';
/** The folder of a set without splits is the one above. */
export type SplitFolder = Split | typeof without | '';

/** An image of a version with its place in an export. */
export interface PlacedImage {
  /** In the manifest. */
  readonly index: number;
  readonly line: ManifestLine;
  readonly folder: SplitFolder;
  /** Below the folder of its split. */
  readonly file: string;
  /** It has another name than in the version, beside its folders. */
  readonly isRenamed: boolean;
}

export interface PlacementOptions {
  /** Where images without a split belong in a set that has splits. */
  readonly unsplit: Split | typeof without;
  /** A label file has the name of its image without the extension: two images must not share one. */
  readonly byStem: boolean;
}

/** Between `images` and the file no other folder may have such a name: readers put `labels` in the place of the last one. */
const imageFolder = /^(?:images?|imgs?|jpegimages)$/i;

/**
 * The places of a version's images: `images/<split>/<path>`, or `images/<path>` in a set without splits. What says nothing more is
 * left out of a path, so that an export that is imported and exported again has the same places.
 */
export function placeImages(
  lines: readonly ManifestLine[],
  { unsplit, byStem }: PlacementOptions,
): PlacedImage[] {
  const splits = new Set(lines.map(({ split }) => split));
  const hasSplits = [...splits].some((split) => split !== null);
  const folderOf = ({ split }: ManifestLine): SplitFolder => split ?? (hasSplits ? unsplit : '');
  const paths = lines.map((line) => segmentsOf(line));
  const areInFolders = hasSplits && lines.every((line, index) => isBelow(paths[index] ?? [], folderOf(line)));
  // In `default` a reader knows an image by its name alone.
  const isNamedOnce = splits.has(null) && hasSplits;
  const taken = new Set<string>();
  return lines.map((line, index) => {
    const folder = folderOf(line);
    const segments = (paths[index] ?? []).slice(areInFolders ? 1 : 0);
    const keyOf = (file: string) =>
      foldName(
        `${isNamedOnce ? '' : folder}/${byStem ? file.slice(0, file.length - extensionOf(file).length) : file}`,
      );
    const written = segments.join('/');
    let file = written;
    for (let number = 2; taken.has(keyOf(file)); number += 1) {
      const extension = extensionOf(written);
      file = `${written.slice(0, written.length - extension.length)}-${number}${extension}`;
    }
    taken.add(keyOf(file));
    return { index, line, folder, file, isRenamed: file !== written };
  });
}

/** An image's path in the export. */
export function pathOf({ folder, file }: PlacedImage): string {
  return folder === '' ? `images/${file}` : `images/${folder}/${file}`;
}

/** The path of its label file. */
export function labelPathOf(image: PlacedImage): string {
  const path = pathOf(image);
  return `labels${path.slice('images'.length, path.length - extensionOf(path).length)}.txt`;
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.slice(stemOf(name).length);
}

/** Without folders that mean nothing below `images`; and that of an image without a split must not seem to be one. */
function segmentsOf({ path, split }: ManifestLine): string[] {
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  const folders = segments.filter(
    (folder) => !imageFolder.test(folder) && (split !== null || readSplitName(folder) === null),
  );
  return [...folders, name];
}

function isBelow(segments: readonly string[], folder: SplitFolder): boolean {
  return segments.length > 1 && segments[0] === folder;
}
