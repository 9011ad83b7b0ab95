import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { requireOwnFolder } from '../../../platform/state-folder.ts';

const zeros = Buffer.alloc(64 * 1024);

/** Files being written, before they are moved into place. Each store has a folder of its own, so that what a kill left can be recognised. */
export class TemporaryFiles {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Removes what killed processes left under `parent`, and opens a folder there. The caller owns `parent` alone. */
  static async open(parent: string): Promise<TemporaryFiles> {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    requireOwnFolder(parent);
    for (const left of await readdir(parent))
      await rm(path.join(parent, left), { recursive: true, force: true });
    const folder = path.join(parent, randomUUID());
    await mkdir(folder, { mode: 0o700 });
    return new TemporaryFiles(folder);
  }

  /** For whoever only reads: the folder is not made, so nothing can be written to it. */
  static none(parent: string): TemporaryFiles {
    return new TemporaryFiles(path.join(parent, 'none'));
  }

  /** An unused path. */
  newPath(): string {
    return path.join(this.folder, randomUUID());
  }

  /** Writes and flushes a new file, whose long runs of zeros take no room; a failed one is removed. Returns its path and size. */
  async write(body: Readable | Uint8Array): Promise<{ file: string; size: number }> {
    const file = this.newPath();
    try {
      await using handle = await open(file, 'wx', 0o600);
      if (body instanceof Readable) await writeWithHoles(handle, body);
      else await handle.writeFile(body);
      await handle.sync();
      return { file, size: (await handle.stat()).size };
    } catch (error) {
      await this.discard(file);
      throw error;
    }
  }

  async discard(file: string): Promise<void> {
    await rm(file, { force: true });
  }
}

/**
 * Pieces of nothing but zeros are left out, and read as zeros all the same: a sparse file of ten GB stays one. Not the handle's write
 * stream: that never ends once an empty chunk was written to it (Node 24).
 */
async function writeWithHoles(handle: FileHandle, body: Readable): Promise<void> {
  let end = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length; ) {
      const piece = chunk.subarray(from, from + zeros.length);
      const isHole = piece.equals(zeros.subarray(0, piece.length));
      // The system may take less of it.
      from += isHole ? piece.length : (await handle.write(piece, 0, piece.length, end + from)).bytesWritten;
    }
    end += chunk.length;
  }
  await handle.truncate(end);
}
