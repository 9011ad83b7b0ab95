import type { DatasetFormat, Validation } from '../../../../shared/contract/datasets.ts';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { formatTitles } from '../../../../shared/model/format-titles.ts';
import { checkPath } from '../names.ts';
import { listed } from '../problems.ts';
import { type DatasetSource, EntryFault, type SourceEntry } from '../source.ts';
import { decodeText } from './text.ts';

export type FormatMark = NonNullable<Validation['summary']['recognised']>;

type FileEntry = Extract<SourceEntry, { kind: 'file' }>;
type LabelMark = Exclude<FormatMark['mark'], 'no_labels'>;

const formatOfMark = {
  coco_json: 'coco',
  data_yaml: 'yolo',
  label_rows: 'yolo',
  annotation_xml: 'pascal_voc',
  class_masks: 'pascal_voc',
} as const satisfies Record<LabelMark, DatasetFormat>;

/** Each of many files has them; the one of the other kind says it better. */
const weakMarks: ReadonlySet<string> = new Set<LabelMark>(['label_rows', 'class_masks']);

/** So much of a file shows what it is. */
const headBytes = 64 * 1024;
/** Of one kind so many files are looked into that turn out to be something else. */
const mostTries = 50;

/**
 * Finds the format of a source by the files of labels in it; a source without any has its classes in its folders.
 * @throws TrainyardError FORMAT_UNCLEAR where it has labels of two formats
 */
export async function recogniseFormat(
  source: DatasetSource,
  maxDepth: number,
  onFound: (files: number) => void,
  signal: AbortSignal,
): Promise<{ readonly format: DatasetFormat; readonly recognised: FormatMark }> {
  const marks = new Map<DatasetFormat, FormatMark>();
  const tries = new Map<string, number>();
  let files = 0;
  for await (const entry of source.entries()) {
    signal.throwIfAborted();
    if (entry.kind !== 'file') continue;
    files += 1;
    onFound(files);
    if (checkPath(entry.path, maxDepth).kind !== 'path') continue;
    const mark = await markOf(entry, marks, tries);
    if (mark) marks.set(formatOfMark[mark], { mark, file: entry.path });
  }
  const [only, other] = marks;
  if (only && other) throw unclear(marks);
  if (!only) return { format: 'imagenet', recognised: { mark: 'no_labels', file: '' } };
  const [format, recognised] = only;
  return { format, recognised };
}

/** What a file shows that was not seen before; null where it shows nothing. */
async function markOf(
  entry: FileEntry,
  known: ReadonlyMap<DatasetFormat, FormatMark>,
  tries: Map<string, number>,
): Promise<LabelMark | null> {
  const extension = /\.(json|ya?ml|txt|xml|png)$/i.exec(entry.path)?.[1]?.toLowerCase();
  if (extension === undefined) return null;
  if (extension === 'png')
    return known.has('pascal_voc') || !/(^|\/)SegmentationClass\//i.test(entry.path) ? null : 'class_masks';
  const [format, look] = looks[extension.replace('yml', 'yaml') as keyof typeof looks];
  const mark = known.get(format)?.mark;
  if (mark !== undefined && (extension === 'txt' || !weakMarks.has(mark))) return null;
  const tried = tries.get(extension) ?? 0;
  if (tried >= mostTries) return null;
  const head = await headOf(entry);
  // Images without objects have empty files: a thousand of them say nothing.
  if (head === null || head.trim() === '') return null;
  const found = look(head);
  if (found === null) tries.set(extension, tried + 1);
  return found;
}

const looks = {
  json: ['coco', (head) => (isCoco(head) ? 'coco_json' : null)],
  yaml: ['yolo', (head) => (isDataYaml(head) ? 'data_yaml' : null)],
  txt: ['yolo', (head) => (isLabelRows(head) ? 'label_rows' : null)],
  xml: ['pascal_voc', (head) => (/<annotation[\s>]/.test(head) ? 'annotation_xml' : null)],
} as const satisfies Record<string, readonly [DatasetFormat, (head: string) => LabelMark | null]>;

/** Null where it can't be read, which its own finding says once the format is known. */
async function headOf(entry: FileEntry): Promise<string | null> {
  try {
    const { bytes } = await entry.read(headBytes);
    // The cut may go through a character: what is left of it must not make the text another encoding.
    return decodeText(bytes.subarray(0, lastLineEnd(bytes)), null)?.text ?? bytes.toString('latin1');
  } catch (error) {
    if (error instanceof EntryFault && !error.fatal) return null;
    throw error;
  }
}

function lastLineEnd(bytes: Buffer): number {
  if (bytes.length < headBytes) return bytes.length;
  const end = bytes.lastIndexOf(0x0a);
  return end < 0 ? bytes.length : end + 1;
}

/** Two of the names that its parts have: one of them has many other files, too. */
function isCoco(head: string): boolean {
  const names = new Set(
    head.match(/"(images|annotations|categories|image_id|category_id|file_name|bbox|segmentation)"\s*:/g),
  );
  return names.size >= 2;
}

function isDataYaml(head: string): boolean {
  return /^["']?(names|nc)["']?\s*:/m.test(head) && /^["']?(train|val|test|path)["']?\s*:/m.test(head);
}

/** A class and four numbers or more on its first line that is not empty. */
function isLabelRows(head: string): boolean {
  const [first] = head.split(/\r?\n/).filter((line) => line.trim() !== '');
  return (
    first !== undefined && /^\s*\d+(\.0*)?([\s,]+[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?){4,}\s*$/i.test(first)
  );
}

function unclear(marks: ReadonlyMap<DatasetFormat, FormatMark>): TrainyardError {
  const named = [...marks].map(([format, { file }]) => ({ title: formatTitles[format], file }));
  const seen: Bilingual = phrase('it has labels of {formats}', '{formats} 라벨이 함께 있습니다', {
    formats: listed(named.map(({ title, file }) => `${title} (${file})`)),
  });
  return fault('FORMAT_UNCLEAR', { seen }, { place: { field: 'format' } });
}
