import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeDurably } from './durable.ts';
import { TrainerError } from './failure.ts';

/** Tensors of 32-bit floats by name, and text beside them. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;
  readonly metadata: Readonly<Record<string, string>>;
}

const tensorHeader = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).default({}) })
  .catchall(tensorHeader);

/** Writes a safetensors file (https://huggingface.co/docs/safetensors): length of the header, JSON header, little-endian data. */
export function writeTensors(file: string, { tensors, metadata }: TensorFile): void {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  // The data starts at a multiple of eight, as the format's own writer pads it: with blanks.
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 7, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const data = [...tensors.values()].map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  writeDurably(file, [length, padded, ...data]);
}

/** Reads a safetensors file of 32-bit floats. @throws TrainerError where it is missing or not whole */
export function readTensors(file: string): TensorFile {
  const hint = 'Resume from another checkpoint, or retry the run from the start.';
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new TrainerError(`The checkpoint ${file} cannot be read: ${String(error)}`, hint);
  }
  const length = bytes.length < 8 ? Number.POSITIVE_INFINITY : Number(bytes.readBigUInt64LE());
  const damaged = (why: string) => new TrainerError(`The checkpoint ${file} is damaged: ${why}`, hint);
  if (length > bytes.length - 8) throw damaged('its header is longer than the file');
  let parsed: z.infer<typeof headerSchema>;
  try {
    parsed = headerSchema.parse(JSON.parse(bytes.toString('utf8', 8, 8 + length)));
  } catch (error) {
    throw damaged(
      `its header is not a safetensors header (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  const { __metadata__: metadata, ...headers } = parsed;
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const [
    name,
    {
      shape,
      data_offsets: [start, end],
    },
  ] of Object.entries(headers)) {
    const size = shape.reduce((product, side) => product * side, 1);
    if (end - start !== size * 4 || 8 + length + end > bytes.length)
      throw damaged(`the tensor "${name}" is not whole`);
    const values = new Float32Array(size);
    Buffer.from(values.buffer).set(bytes.subarray(8 + length + start, 8 + length + end));
    tensors.set(name, { shape, values });
  }
  return { tensors, metadata };
}
