import { crc32c, masked } from '../../../resources/trainers/sidecar/crc32c.ts';

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

const field = (number: number, bytes: Buffer) =>
  Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(bytes.length)), bytes]);

function numbers(value: number, bytes: 4 | 8): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 4) buffer.writeFloatLE(value);
  else buffer.writeDoubleLE(value);
  return buffer;
}

/** A TFRecord. */
export function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  const sum = (bytes: Buffer) => {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(masked(crc32c(bytes)));
    return buffer;
  };
  return Buffer.concat([length, sum(length), data, sum(data)]);
}

/** An event with one scalar, as TensorBoard's writers have it. */
export function scalarEvent(tag: string, step: bigint, value: number): Buffer {
  const summary = field(
    1,
    Buffer.concat([field(1, Buffer.from(tag)), Buffer.from([0x15]), numbers(value, 4)]),
  );
  return Buffer.concat([
    ...[Buffer.from([0x09]), numbers(1_700_000_000.5, 8)],
    ...[Buffer.from([0x10]), varint(step)],
    field(5, summary),
  ]);
}
