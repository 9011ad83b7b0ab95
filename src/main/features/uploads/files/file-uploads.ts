import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { flushFolder, makeFolder } from '../../../platform/durable-file.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { readStateText } from '../../../platform/state-file.ts';
import { TemporaryFiles } from '../../../stores/objects/files/temporary-files.ts';
import type { Uploads } from '../uploads.ts';

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** An upload that was not used within a week is removed. */
const keptMs = 7 * 24 * 3600_000;

/** Uploaded files: `<folder>/<id>/archive`, and the file name it was sent under in `name.txt`. One process owns the folder. */
export class FileUploads implements Uploads {
  private readonly folder: string;
  private readonly temporary: TemporaryFiles;

  private constructor(folder: string, temporary: TemporaryFiles) {
    this.folder = folder;
    this.temporary = temporary;
  }

  /** Opens the folder, and removes unfinished uploads and those that were not used within a week. */
  static async open(folder: string, now = Date.now()): Promise<FileUploads> {
    await makeFolder(folder);
    const temporary = await TemporaryFiles.open(path.join(folder, '.incoming'));
    for (const id of await readdir(folder)) {
      const whole = path.join(folder, id);
      if (idPattern.test(id) && (await lstat(whole)).mtimeMs < now - keptMs)
        await rm(whole, { recursive: true });
    }
    return new FileUploads(folder, temporary);
  }

  /** Keeps a file; resolves once it is whole on the disk. */
  async store(uploadId: string, name: string, body: Readable): Promise<{ sizeBytes: number }> {
    const target = this.place(uploadId);
    const aside = this.temporary.newPath();
    const archive = await this.temporary.write(body);
    const named = await this.temporary.write(Buffer.from(name));
    await mkdir(aside, { mode: 0o700 });
    await rename(archive.file, path.join(aside, 'archive'));
    await rename(named.file, path.join(aside, 'name.txt'));
    await flushFolder(aside);
    failpoint('upload.store.before');
    await rename(aside, target);
    await flushFolder(this.folder);
    failpoint('upload.store.after');
    return { sizeBytes: archive.size };
  }

  async resolve(uploadId: string): Promise<{ path: string; name: string }> {
    const place = this.place(uploadId);
    const archive = path.join(place, 'archive');
    const hint = {
      en: 'Remove the upload, and upload the file again.',
      ko: '보낸 파일을 지우고 다시 보내세요.',
    };
    const name = readStateText(path.join(place, 'name.txt'), { hint, largest: 64 * 1024 });
    const stats = await lstat(archive).catch((error: unknown) => {
      throw hasCode(error, 'ENOENT', 'ENOTDIR') ? fault('UPLOAD_NOT_FOUND', { upload: uploadId }) : error;
    });
    // What is behind a link was never uploaded.
    if (name === null || !stats.isFile()) throw fault('UPLOAD_NOT_FOUND', { upload: uploadId });
    return { path: archive, name };
  }

  async release(uploadId: string): Promise<void> {
    await rm(this.place(uploadId), { recursive: true, force: true });
  }

  private place(uploadId: string): string {
    if (!idPattern.test(uploadId)) throw fault('UPLOAD_NOT_FOUND', { upload: uploadId });
    return path.join(this.folder, uploadId);
  }
}
