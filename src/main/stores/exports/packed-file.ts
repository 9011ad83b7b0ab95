import { pipeline } from 'node:stream/promises';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { codeOf } from '../../platform/error-code.ts';
import { fileFault, isFileError } from '../../platform/faults/file-faults.ts';
import { openPlainFile } from '../../platform/plain-file.ts';
import { packingOf } from '../snapshots/packing.ts';

/**
 * The unpacked bytes of a file that a person names.
 * @param file absolute, packed by its end (`.gz`, `.zst`)
 * @throws TrainyardError IMPORT_FILE_DAMAGED, and what opening it throws
 */
export async function* readPackedFile(file: string): AsyncGenerator<Buffer> {
  const damaged = (reason: string | { en: string; ko: string }, cause?: unknown) =>
    fault('IMPORT_FILE_DAMAGED', { file, reason }, { place: { file }, cause });
  const unpacked = packingOf(file).unpack();
  try {
    await using handle = await openPlainFile(file);
    if (!handle) throw damaged({ en: 'it is no file', ko: '파일이 아닙니다' });
    const flowing = pipeline(handle.createReadStream({ autoClose: false }), unpacked);
    // Whoever reads `unpacked` gets the error as well.
    flowing.catch(() => undefined);
    yield* unpacked as AsyncIterable<Buffer>;
    await flowing;
  } catch (error) {
    if (/^(Z_|ZSTD_|ERR_ZSTD|ERR_BUFFER_TOO_LARGE)/.test(codeOf(error)))
      throw damaged(errorMessage(error), error);
    // Known here: beside a connection a file that is missing would count as a server that is.
    throw (isFileError(error) ? fileFault(error) : null) ?? error;
  } finally {
    unpacked.destroy();
  }
}
