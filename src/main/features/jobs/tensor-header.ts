import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';

/** More than any model's header has; the format's own reader stops there, too. */
const longestHeader = 100_000_000;

const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(tensorSchema);

const noLength = {
  en: 'it does not begin with the length of a header',
  ko: '헤더의 길이로 시작하지 않습니다',
};
const noJson = { en: 'its header is no JSON', ko: '헤더가 JSON이 아닙니다' };
const noTensors = { en: 'its header does not describe tensors', ko: '헤더에 텐서 설명이 없습니다' };

export interface TensorDescription {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Where its data end in the file. */
  readonly end: number;
}

/**
 * The tensors of a safetensors file (https://huggingface.co/docs/safetensors), in the order of their data.
 * @param read its bytes from `start` to `end`, both included
 * @throws TrainyardError MODEL_UNREADABLE
 */
export async function readTensorHeader(
  read: (start: number, end: number) => Promise<Buffer>,
): Promise<TensorDescription[]> {
  const head = await read(0, 7);
  const length = head.length === 8 ? Number(head.readBigUInt64LE()) : 0;
  if (length < 2 || length > longestHeader) throw fault('MODEL_UNREADABLE', { reason: noLength });
  const text = (await read(8, 7 + length)).toString('utf8');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw fault('MODEL_UNREADABLE', { reason: noJson }, { cause: error });
  }
  const parsed = headerSchema.safeParse(header);
  if (!parsed.success) throw fault('MODEL_UNREADABLE', { reason: noTensors }, { cause: parsed.error });
  const { __metadata__: _metadata, ...tensors } = parsed.data;
  return Object.entries(tensors)
    .sort(([, left], [, right]) => left.data_offsets[0] - right.data_offsets[0])
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [, end],
        },
      ]) => ({ name, dtype, shape, end: 8 + length + end }),
    );
}

/** How many numbers the tensors hold together. */
export function parametersOf(tensors: readonly TensorDescription[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
}
