import { phrase } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { DatasetVersionRecord } from './dataset-rows.ts';
import { typeOfName } from './image-types.ts';
import { isHidden, isLeftover } from './leftovers.ts';
import type { ManifestLine } from './manifest.ts';
import { normalName } from './names.ts';
import { Findings, makeProblem, type Problem } from './problems.ts';
import type { OpenSource } from './source.ts';

const atOnce = 4;

/** Reads every file of a version and compares it with the manifest; of a folder in place also what came into it since. */
export async function verifyVersion(
  version: DatasetVersionRecord,
  lines: readonly ManifestLine[],
  parts: { readonly files: DatasetFiles; readonly open: OpenSource },
): Promise<{ ok: boolean; problems: Problem[] }> {
  const findings = new Findings();
  const { rootPath } = version;
  const added = rootPath === null ? [] : await addedFiles(rootPath, lines, parts.open);
  if (added === null) {
    const what = phrase('The folder {folder}', '{folder} 폴더', { folder: rootPath ?? '' });
    findings.add(makeProblem('MISSING', '', { what }));
  } else {
    await forEachConcurrently(lines, atOnce, async (line) => {
      const hash = await parts.files.hash(version, line);
      if (hash === null)
        findings.add(makeProblem('MISSING', line.path, { what: { en: 'The file', ko: '파일' } }));
      else if (hash !== line.sha256) findings.add(makeProblem('CHANGED', line.path, {}));
    });
    for (const file of added) findings.add(makeProblem('ADDED', file, {}));
  }
  const { problems, more } = findings.report();
  if (more > 0) problems.push(makeProblem('MORE', '', { count: more }));
  return { ok: findings.count === 0, problems };
}

/** The folder of a line's class, as the source spells it. */
function classFolder({ file, class: name }: ManifestLine): string {
  const segments = file.split('/');
  const level = segments.findIndex((segment) => normalName(segment) === name);
  return segments.slice(0, level + 1).join('/');
}

/** The images in the folders of classes that the manifest does not know; null where the root can't be read. What the import left out is none of them. */
async function addedFiles(
  root: string,
  lines: readonly ManifestLine[],
  open: OpenSource,
): Promise<string[] | null> {
  const known = new Set(lines.map(({ file }) => file));
  const classes = new Set(lines.map(classFolder));
  const added: string[] = [];
  try {
    const source = await open({ path: root, uploadName: null });
    for await (const entry of source.entries()) {
      if (entry.kind !== 'file' || known.has(entry.path)) continue;
      const segments = entry.path.split('/');
      const isInClass = segments.some((_, level) => classes.has(segments.slice(0, level).join('/')));
      if (
        isInClass &&
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
