import { expect, test } from 'vitest';
import { readTensorHeader } from '../../../src/main/features/jobs/tensor-header.ts';

function fileOf(header: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header)]);
}

test.each([
  ['that is too short', Buffer.from('abc')],
  ['of another format', Buffer.from('PK\x03\x04 and what a zip archive goes on with')],
  ['whose header is no JSON', fileOf('{"weight": ')],
  ['whose header describes no tensors', fileOf('{"weight": {"dtype": "F32"}}')],
])('a file %s is no model', async (_name, bytes) => {
  const read = async (start: number, end: number) => bytes.subarray(start, end + 1);
  await expect(readTensorHeader(read)).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' });
});
