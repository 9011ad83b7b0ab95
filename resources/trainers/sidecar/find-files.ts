import { type Dirent, existsSync, opendirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What a script's folder has of the files that are read. */
export type LogKind = 'csv' | 'tensorboard' | 'trainer-state';

export interface FoundFile {
  readonly file: string;
  readonly kind: LogKind;
}

interface Folder {
  /** When it was last read, and when it had last changed by then. */
  readonly readAtMs: number;
  readonly modifiedMs: number;
  readonly folders: readonly string[];
  readonly files: readonly FoundFile[];
}

/** Beyond this a script works in a whole home folder, or beside a data set. */
const mostFolders = 20_000;
/** How coarse the times of a file system may be. */
const coarseMs = 2100;
const passedOver = new Set(['node_modules', '__pycache__', 'site-packages']);
/** What an environment of Python's has in its folder. */
const environmentMarks = ['pyvenv.cfg', 'conda-meta'];

function kindOf(name: string): LogKind | null {
  if (name === 'results.csv' || name === 'metrics.csv') return 'csv';
  if (name === 'trainer_state.json') return 'trainer-state';
  return /(^|\.)tfevents\./.test(name) ? 'tensorboard' : null;
}

/** Finds the files below some folders that are read; a folder that did not change is not read again. */
export class LogFinder {
  readonly #roots: readonly string[];
  readonly #left: ReadonlySet<string>;
  #folders = new Map<string, Folder>();
  /** Whether there are more folders than are looked at. */
  isCutOff = false;

  /** @param left folders that are left out */
  constructor(roots: readonly string[], left: readonly string[]) {
    this.#roots = roots;
    this.#left = new Set(left);
  }

  /** All of them, those of outer folders first. */
  find(): FoundFile[] {
    const seen = new Set<string>();
    const folders = new Map<string, Folder>();
    const files: FoundFile[] = [];
    const waiting = [...this.#roots];
    for (let at = 0; at < waiting.length; at += 1) {
      const folder = waiting[at] as string;
      if (folders.size >= mostFolders) {
        this.isCutOff = true;
        break;
      }
      const looked = this.#look(folder, seen);
      if (!looked) continue;
      folders.set(folder, looked);
      files.push(...looked.files);
      waiting.push(...looked.folders);
    }
    this.#folders = folders;
    return files;
  }

  #look(folder: string, seen: Set<string>): Folder | null {
    try {
      const stats = statSync(folder);
      const identity = `${stats.dev} ${stats.ino}`;
      // A link may lead to where we were; Windows has no such numbers for every file system.
      if (!stats.isDirectory() || this.#left.has(folder) || (stats.ino !== 0 && seen.has(identity)))
        return null;
      seen.add(identity);
      const known = this.#folders.get(folder);
      if (known?.modifiedMs === stats.mtimeMs && known.readAtMs > stats.mtimeMs + coarseMs) return known;
      return readFolder(folder, stats.mtimeMs);
    } catch {
      // Gone, or not for us to read.
      return null;
    }
  }
}

function readFolder(folder: string, modifiedMs: number): Folder {
  const readAtMs = Date.now();
  const folders: string[] = [];
  const files: FoundFile[] = [];
  const isEnvironment = environmentMarks.some((name) => existsSync(path.join(folder, name)));
  const directory = isEnvironment ? null : opendirSync(folder, { bufferSize: 1024 });
  try {
    for (let entry = directory?.readSync(); entry; entry = directory?.readSync()) {
      const kind = kindOf(entry.name);
      if (kind) files.push({ file: path.join(folder, entry.name), kind });
      else if (folders.length < mostFolders && mayBeFolder(entry))
        folders.push(path.join(folder, entry.name));
    }
  } finally {
    directory?.closeSync();
  }
  files.sort((one, other) => (one.file < other.file ? -1 : 1));
  return { readAtMs, modifiedMs, folders: folders.sort(), files };
}

function mayBeFolder(entry: Dirent): boolean {
  if (entry.name.startsWith('.') || passedOver.has(entry.name)) return false;
  return entry.isDirectory() || (entry.isSymbolicLink() && path.extname(entry.name) === '');
}
