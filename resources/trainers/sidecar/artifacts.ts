import {
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { Journal } from './journal.ts';
import { folderOf, type SourcesState } from './sources.ts';

interface Artifact {
  /** Relative to the run directory. */
  readonly path: string;
  readonly kind: 'model' | 'image' | 'other';
  readonly name: string;
  readonly mediaType: string;
}

const mostArtifacts = 1000;
const images: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
};
const models = new Set(['.pt', '.pth', '.ckpt', '.safetensors', '.onnx', '.bin', '.keras', '.h5', '.tflite']);
/** What a checkpoint of the Hugging Face Trainer has for going on with it. */
const forResuming =
  /^(?:optimizer|scheduler|scaler|rng_state|training_args|trainer_state)\b|^global_step|^latest$|^zero_to_fp32/;

/** A file as an artifact; null where its path can't be one. */
function artifactAt(inner: string): Artifact | null {
  const name = path.basename(inner);
  if (/[\p{Cc}\p{Cs}\\]/u.test(inner) || name.length > 1024) return null;
  const extension = path.extname(name).toLowerCase();
  const mediaType = images[extension];
  if (mediaType) return { path: inner, kind: 'image', name, mediaType };
  const kind = models.has(extension) ? 'model' : 'other';
  return {
    path: inner,
    kind,
    name,
    mediaType: extension === '.json' ? 'application/json' : 'application/octet-stream',
  };
}

/** The files of a folder that changed since a time, at most one level deep or all of them; none where it isn't there. */
function filesIn(folder: string, since: number, { deep = false } = {}): string[] {
  const files: string[] = [];
  try {
    using directory = opendirSync(folder, { recursive: deep });
    for (
      let entry = directory.readSync();
      entry && files.length < mostArtifacts;
      entry = directory.readSync()
    ) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile() && (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since)
        files.push(file);
    }
  } catch {
    // Not there, or not for us to read.
  }
  return files.sort();
}

/** The newest checkpoint of the Hugging Face Trainer, where the output folder itself has no model. */
function huggingFaceModel(folder: string, since: number): string[] {
  const own = filesIn(folder, since).filter((file) =>
    /^(?:model|pytorch_model|adapter_model)\b/.test(path.basename(file)),
  );
  if (own.length > 0) return filesIn(folder, since).filter((file) => !forResuming.test(path.basename(file)));
  const numbers: number[] = [];
  try {
    using directory = opendirSync(folder);
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      const number = /^checkpoint-(\d+)$/.exec(entry.name)?.[1];
      if (number) numbers.push(Number(number));
    }
  } catch {
    return [];
  }
  if (numbers.length === 0) return [];
  const newest = path.join(folder, `checkpoint-${Math.max(...numbers)}`);
  return filesIn(newest, since).filter((file) => !forResuming.test(path.basename(file)));
}

/** What the tools whose files were read leave beside them: weights, pictures, settings. */
function leftBeside(state: SourcesState, since: number): string[] {
  const files = Object.entries(state.sources).flatMap(([file, { kind }]) => {
    const folder = path.dirname(file);
    if (kind === 'csv')
      return [
        ...filesIn(path.join(folder, 'weights'), since).filter((one) =>
          /^(?:best|last)\.\w+$/.test(path.basename(one)),
        ),
        ...filesIn(path.join(folder, 'checkpoints'), since),
        ...filesIn(folder, since).filter(
          (one) => images[path.extname(one).toLowerCase()] || /\.ya?ml$/.test(one),
        ),
      ];
    return kind === 'trainer-state' ? huggingFaceModel(folderOf(kind, file), since) : [];
  });
  return [...new Set(files)];
}

/**
 * Makes a folder below another one, and those between.
 * @throws Error where a link stands in the way: a script in a container put it there, and it leads out of the container
 */
function makeFolderIn(directory: string, below: readonly string[]): string {
  let folder = directory;
  for (const name of below) {
    folder = path.join(folder, name);
    mkdirSync(folder, { recursive: true });
    if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is a link`);
  }
  return folder;
}

/** A whole copy or none, at a path below a directory; blocks are shared where the file system can. */
function copyWhole(from: string, directory: string, inner: string): void {
  const parts = inner.split('/');
  const to = path.join(makeFolderIn(directory, parts.slice(0, -1)), path.basename(inner));
  const temporary = `${to}.new`;
  try {
    rmSync(temporary, { force: true, recursive: true });
    copyFileSync(from, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    renameSync(temporary, to);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The path of a file below the run directory's `artifacts`: as below the working folder, where it is there. */
function placeOf(working: string, file: string): string {
  const below = path.relative(working, file);
  const isInside = !below.startsWith('..') && !path.isAbsolute(below);
  return [
    'artifacts',
    ...(isInside ? below : file).split(path.sep).filter((part) => part !== '' && !/^[A-Za-z]:$/.test(part)),
  ].join('/');
}

/**
 * Keeps what the script left: all in its output folder, and a copy of what the tools whose files were read leave beside them. Done again, it
 * keeps nothing twice.
 * @param options `since`: only what changed from then on; `working`: the script's folder
 */
export function keepArtifacts(
  directory: string,
  journal: Journal<SourcesState & { artifacts: string[] }>,
  { since, working }: { since: number; working: string },
): void {
  const { state } = journal;
  const kept = new Set(state.artifacts);
  const keep = (inner: string, place: () => void) => {
    const artifact = artifactAt(inner);
    if (!artifact || kept.has(inner) || kept.size >= mostArtifacts) return;
    try {
      place();
    } catch (error) {
      const message = `${inner} could not be kept: ${error instanceof Error ? error.message : String(error)}`;
      journal.add('log', { level: 'warning', message });
      return;
    }
    kept.add(inner);
    state.artifacts.push(inner);
    journal.add('artifact', { ...artifact });
    journal.commit();
  };
  for (const file of leftBeside(state, since)) {
    const inner = file.startsWith(directory + path.sep)
      ? path.relative(directory, file).split(path.sep).join('/')
      : placeOf(working, file);
    keep(inner, () => {
      if (!file.startsWith(directory + path.sep)) copyWhole(file, directory, inner);
    });
  }
  for (const file of filesIn(path.join(directory, 'output'), 0, { deep: true }))
    keep(path.relative(directory, file).split(path.sep).join('/'), () => {});
}
