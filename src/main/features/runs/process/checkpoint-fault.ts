import { stat } from 'node:fs/promises';
import { hasCode } from '../../../platform/error-code.ts';
import { openPlainFile } from '../../../platform/plain-file.ts';

const largestHeader = 100 * 1024 * 1024;

/**
 * Why a checkpoint file cannot be gone on from; null where it can. A safetensors file is held against its own header (eight bytes
 * of length, JSON with each tensor's offsets, then exactly those bytes: https://github.com/huggingface/safetensors#format).
 */
export async function checkpointFault(file: string): Promise<string | null> {
  try {
    const stats = await stat(file);
    if (stats.isDirectory()) return null;
    await using handle = await openPlainFile(file);
    if (!handle) return `${file} is no file`;
    if (stats.size === 0) return `${file} is empty`;
    if (!file.endsWith('.safetensors')) return null;
    const start = Buffer.alloc(8);
    await handle.read(start, 0, 8, 0);
    const headerLength = start.readBigUInt64LE();
    if (headerLength > largestHeader || Number(headerLength) + 8 > stats.size) return `${file} is cut short`;
    const header = Buffer.alloc(Number(headerLength));
    await handle.read(header, 0, header.length, 8);
    const end = 8 + header.length + lastOffset(header.toString('utf8'));
    return end === stats.size ? null : `${file} has ${stats.size} bytes where its header tells of ${end}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return `${file} is not there`;
    if (error instanceof SyntaxError) return `${file} has a damaged header`;
    throw error;
  }
}

/** Where the last tensor ends, counted from the header's end. */
function lastOffset(header: string): number {
  const tensors: unknown = JSON.parse(header);
  if (typeof tensors !== 'object' || tensors === null) throw new SyntaxError('not an object');
  return Object.entries(tensors).reduce((last, [name, tensor]: [string, { data_offsets?: unknown }]) => {
    const end: unknown =
      name === '__metadata__' ? 0 : Array.isArray(tensor?.data_offsets) && tensor.data_offsets[1];
    if (typeof end !== 'number') throw new SyntaxError(`no offsets for ${name}`);
    return Math.max(last, end);
  }, 0);
}
