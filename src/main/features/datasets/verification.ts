import type { Readable } from 'node:stream';
import { phrase } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { sha256Of } from '../../platform/sha256.ts';
import type { DatasetVersionRecord } from './dataset-rows.ts';
import { typeOfName } from './image-types.ts';
import { isHidden, isLeftover } from './leftovers.ts';
import { annotationsKey, type ManifestLine } from './manifest.ts';
import { normalName } from './names.ts';
import { Findings, makeProblem, type Problem } from './problems.ts';
import type { OpenSource } from './source.ts';
import { type ImageBytes, isGone, openBytes } from './upright-sizes.ts';

/** Whole files are read and hashed so many at once. */
const hashedAtOnce = 4;

/** Compares the files of a version with its manifest, as {@link DatasetFiles.verify} does. */
export async function verifyFiles(
  parts: ImageBytes,
  {
    datasetId,
    version,
    lines,
  }: {
    readonly datasetId: string;
    readonly version: DatasetVersionRecord;
    readonly lines: readonly ManifestLine[];
  },
  open: OpenSource,
): Promise<{ ok: boolean; problems: Problem[] }> {
  const findings = new Findings();
  const { rootPath } = version;
  const added = rootPath === null ? [] : await addedFiles(rootPath, lines, open);
  if (added === null) {
    const what = phrase('The folder {folder}', '{folder} 폴더', { folder: rootPath ?? '' });
    findings.add(makeProblem('MISSING', '', { what }));
  } else {
    await forEachConcurrently(lines, hashedAtOnce, async (line) => {
      const hash = await hashUnlessGone(openBytes(parts, version, line));
      if (hash === null)
        findings.add(makeProblem('MISSING', line.path, { what: { en: 'The file', ko: '파일' } }));
      else if (hash !== line.sha256) findings.add(makeProblem('CHANGED', line.path, {}));
    });
    for (const file of added) findings.add(makeProblem('ADDED', file, {}));
  }
  if (version.annotationsSha256 !== null) {
    const key = annotationsKey(datasetId, version.version);
    const hash = await hashUnlessGone(parts.store.get('datasets', key));
    const what = { en: 'The file of labels', ko: '라벨 파일' };
    if (hash === null) findings.add(makeProblem('MISSING', key, { what }));
    else if (hash !== version.annotationsSha256) findings.add(makeProblem('CHANGED', key, {}));
  }
  const { problems, more } = findings.report();
  if (more > 0) problems.push(makeProblem('MORE', '', { count: more }));
  return { ok: findings.count === 0, problems };
}

/** The SHA-256 of an image's bytes as they are now; null if they are gone. */
export async function hashUnlessGone(opened: Promise<Readable>): Promise<string | null> {
  try {
    return await sha256Of(await opened);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

const parentOf = (file: string) => file.split('/').slice(0, -1).join('/');

/** The folder of a line's class, as the source spells it. */
function classFolder({ file, class: name }: ManifestLine): string {
  const segments = file.split('/');
  const level = segments.findIndex((segment) => normalName(segment) === name);
  return segments.slice(0, level + 1).join('/');
}

/** The images in the folders of the version's that the manifest does not know; null if the root can't be read. What the import left out is none of them. */
async function addedFiles(
  root: string,
  lines: readonly ManifestLine[],
  open: OpenSource,
): Promise<string[] | null> {
  const known = new Set(lines.map(({ file }) => file));
  // A class has what lies at any depth of its folder; beside labelled images the folders below are drawings, masks, and others' images.
  const isLabelled = lines[0]?.class === null;
  const folders = new Set(lines.map((line) => (isLabelled ? parentOf(line.file) : classFolder(line))));
  const added: string[] = [];
  try {
    const source = await open({ path: root, uploadName: null });
    for await (const entry of source.entries()) {
      if (entry.kind !== 'file' || known.has(entry.path)) continue;
      const segments = entry.path.split('/');
      const isIn = isLabelled
        ? folders.has(parentOf(entry.path))
        : segments.some((_, level) => folders.has(segments.slice(0, level).join('/')));
      if (
        isIn &&
        typeOfName(entry.path)?.isRead &&
        !segments.some((part) => isHidden(part) || isLeftover(part))
      )
        added.push(entry.path);
    }
    return added;
  } catch (error) {
    if (error instanceof TrainyardError) return null;
    throw error;
  }
}
