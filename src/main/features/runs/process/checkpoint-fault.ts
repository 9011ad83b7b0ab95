import { realpath, stat } from 'node:fs/promises';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { isUnreachable } from '../../../platform/error-code.ts';
import { openPlainFile } from '../../../platform/plain-file.ts';
import { readTensorHeader } from '../../jobs/tensor-header.ts';

/** Why a checkpoint file cannot be gone on from; null if it can. A safetensors file is held against its own header. */
export async function checkpointFault(file: string): Promise<string | null> {
  let headerEnd = 0;
  let size = 0;
  try {
    const stats = await stat(file);
    if (stats.isDirectory()) return null;
    // A trainer's newest checkpoint may be a link to the one of an epoch.
    await using handle = await openPlainFile(await realpath(file));
    if (!handle) return `${file} is no file`;
    ({ size } = stats);
    if (size === 0) return `${file} is empty`;
    if (!file.endsWith('.safetensors')) return null;
    const tensors = await readTensorHeader(async (start, end) => {
      headerEnd = end + 1;
      const bytes = Buffer.alloc(Math.max(0, Math.min(headerEnd, size) - start));
      await handle.read(bytes, 0, bytes.length, start);
      return bytes;
    });
    const end = tensors.reduce((last, tensor) => Math.max(last, tensor.end), headerEnd);
    return end === size ? null : `${file} has ${size} bytes where its header tells of ${end}`;
  } catch (error) {
    if (isUnreachable(error)) return `${file} is not there`;
    if (!(error instanceof TrainyardError)) throw error;
    return headerEnd > size ? `${file} is cut short` : `${file} has a damaged header`;
  }
}
