import { phrase } from '../../../../../shared/errors/entry.ts';
import { listed, makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { type FoundImages, type ImageIndex, stemOf } from '../image-index.ts';
import { sizeTexts } from '../size-texts.ts';
import type { Tally } from '../tally.ts';
import type { VocAnnotation } from './annotation-xml.ts';

/** An annotation with where it lies; its objects are in the spool. */
export interface AnnotationFile {
  readonly path: string;
  readonly segments: readonly string[];
  readonly content: Omit<VocAnnotation, 'objects'>;
  /** Those of its objects, each once, in their order. */
  readonly names: readonly string[];
  /** In the spool. */
  readonly number: number;
  /** The line of an object whose box begins at 0. */
  readonly fromZero: number | null;
}

/** Gives each annotation to its image: the images with the numbers of their labels, in the order of the annotations. */
export function locateAnnotations(
  annotations: readonly AnnotationFile[],
  index: ImageIndex,
  tally: Tally,
): Map<ScannedImage, number[]> {
  const labelsOf = new Map<ScannedImage, number[]>();
  const first = new Map<ScannedImage, AnnotationFile>();
  for (const annotation of annotations) {
    const image = locate(annotation, index, tally);
    if (!image || !fits(annotation, image, tally)) continue;
    const other = first.get(image);
    if (other) {
      reportTwice(annotation, other, image, tally);
      continue;
    }
    first.set(image, annotation);
    const { names, content, number } = annotation;
    labelsOf.set(image, names.length > 0 || content.faults.length > 0 ? [number] : []);
  }
  return labelsOf;
}

/** The image of an annotation: of its own name; else of the name that it writes. */
function locate(annotation: AnnotationFile, index: ImageIndex, tally: Tally): ScannedImage | null {
  const { path, segments, content } = annotation;
  const folder = segments.slice(0, -1);
  const near = folder.slice(0, -1);
  const written = content.filename;
  const name = segments.at(-1) ?? '';
  // Of images of one name the one in a folder of the same name is meant: "labels/x/a.xml" and "images/x/a.jpg".
  const own = index.findByStem(segments.join('/'), folder, null);
  const isOther = !own.image || (written && stemOf(lastOf(written.text)) !== stemOf(name));
  const byWritten = written && isOther ? index.find(written.text, near, null) : null;
  if (own.candidates.length > 1) {
    // Several images of its name: what it writes must be one of them.
    const meant = own.candidates.find((each) => each === byWritten?.image);
    if (!meant) reportAmbiguous(annotation, own, tally);
    return meant ?? null;
  }
  const image = own.image ?? byWritten?.image ?? null;
  if (!image) {
    reportNoImage(annotation, tally);
    return null;
  }
  if (written && byWritten?.image && byWritten.image !== image)
    tally.warning('FILENAME_DIFFERS', '', () =>
      makeProblem(
        'FILENAME_DIFFERS',
        path,
        { said: written.text, used: lastOf(image.sourcePath) },
        written.line,
      ),
    );
  return image;
}

function fits({ path, content }: AnnotationFile, { facts, sourcePath }: ScannedImage, tally: Tally): boolean {
  const { size } = content;
  if (!facts || !size || (size.width === facts.width && size.height === facts.height)) return true;
  const isTurned = size.width === facts.height && size.height === facts.width;
  tally.error('IMAGE_SIZE_DIFFERS', '', () =>
    makeProblem(
      'IMAGE_SIZE_DIFFERS',
      path,
      {
        what: { en: '<size>', ko: '<size>' },
        said: `${size.width} × ${size.height}`,
        image: sourcePath,
        found: `${facts.width} × ${facts.height}`,
        turned: isTurned ? sizeTexts.turned : '',
        hint: isTurned ? sizeTexts.turnedHint : sizeTexts.hint,
      },
      size.line,
    ),
  );
  return false;
}

function reportNoImage({ path, segments, content }: AnnotationFile, tally: Tally): void {
  const stem = stemOf(segments.at(-1) ?? '');
  const image = content.filename?.text ?? `${stem}.jpg`;
  const hint = phrase(
    'Put the image "{stem}" (or "{image}") into JPEGImages, or remove the XML file.',
    'JPEGImages에 이미지 "{stem}"(또는 "{image}")을 넣거나 XML 파일을 지우세요.',
    { stem, image },
  );
  tally.error('IMAGE_FILE_MISSING', '', () =>
    makeProblem(
      'IMAGE_FILE_MISSING',
      path,
      { image, annotations: '', hint },
      content.filename?.line ?? content.line,
    ),
  );
}

function reportAmbiguous({ path, content }: AnnotationFile, { candidates }: FoundImages, tally: Tally): void {
  const { text, line } = content.filename ?? { text: lastOf(path), line: content.line };
  const names = listed(
    candidates.map(({ sourcePath }) => sourcePath),
    3,
  );
  tally.error('IMAGE_FILE_AMBIGUOUS', '', () =>
    makeProblem('IMAGE_FILE_AMBIGUOUS', path, { image: text, candidates: names }, line),
  );
}

function reportTwice(
  { path, content }: AnnotationFile,
  first: AnnotationFile,
  { sourcePath }: ScannedImage,
  tally: Tally,
): void {
  const [one, other] = [lastOf(first.path), lastOf(path)];
  tally.error('IMAGE_LISTED_TWICE', '', () =>
    makeProblem(
      'IMAGE_LISTED_TWICE',
      path,
      { image: sourcePath, one, first: first.path, other },
      content.filename?.line ?? content.line,
    ),
  );
}

const lastOf = (path: string) => path.split(/[\\/]/).at(-1) ?? '';
