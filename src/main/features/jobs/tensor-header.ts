import { z } from 'zod';
import { TrainyardError } from '../../../shared/errors/error.ts';

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

export interface TensorDescription {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
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
  if (length < 2 || length > longestHeader) throw unreadable('it does not begin with the length of a header');
  const text = (await read(8, 7 + length)).toString('utf8');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw unreadable('its header is no JSON', error);
  }
  const parsed = headerSchema.safeParse(header);
  if (!parsed.success) throw unreadable('its header does not describe tensors', parsed.error);
  const { __metadata__: _metadata, ...tensors } = parsed.data;
  return Object.entries(tensors)
    .sort(([, left], [, right]) => left.data_offsets[0] - right.data_offsets[0])
    .map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
}

export function parametersOf(tensors: readonly TensorDescription[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
}

function unreadable(reason: string, cause?: unknown): TrainyardError {
  return new TrainyardError(
    'MODEL_UNREADABLE',
    `The run's weights are no safetensors file: ${reason}`,
    'Train again; the artifact may have been damaged.',
    { status: 409, cause },
  );
}
