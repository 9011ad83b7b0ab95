/** What of TensorBoard's `Event` is read (tensorflow/core/util/event.proto, framework/summary.proto and tensor.proto). */
export interface ScalarEvent {
  readonly timeMs: number;
  readonly scalars: readonly { readonly tag: string; readonly value: number }[];
}

type Field = { readonly number: number } & (
  | { readonly type: 'varint'; readonly value: bigint }
  | { readonly type: 'bytes' | 'fixed64' | 'fixed32'; readonly bytes: Buffer }
);

/** The fields of a protobuf message. @throws RangeError where it is none */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a number of more than 64 bits');
  };
  const take = (length: number) => {
    if (length > message.length - at) throw new RangeError('a field beyond its message');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const number = Number(key >> 3n);
    const type = Number(key & 7n);
    if (type === 0) yield { number, type: 'varint', value: varint() };
    else if (type === 1) yield { number, type: 'fixed64', bytes: take(8) };
    else if (type === 2) yield { number, type: 'bytes', bytes: take(Number(varint())) };
    else if (type === 5) yield { number, type: 'fixed32', bytes: take(4) };
    else throw new RangeError(`wire type ${type}`);
  }
}

/** The fewest digits that give the same 32-bit number again: 0.1 and not 0.10000000149011612. */
export function shortestFloat(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function brainFloat(bits: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(bits, 2);
  return bytes.readFloatLE();
}

/** How a tensor of one element of a type is stored: the bytes of its content, or a field of its own. */
const tensorTypes: Readonly<
  Record<
    number,
    { bytes: number; field: number; read: (bytes: Buffer) => number; ofField?: (value: bigint) => number }
  >
> = {
  1: { bytes: 4, field: 5, read: (bytes) => shortestFloat(bytes.readFloatLE()) },
  2: { bytes: 8, field: 6, read: (bytes) => bytes.readDoubleLE() },
  3: {
    bytes: 4,
    field: 7,
    read: (bytes) => bytes.readInt32LE(),
    ofField: (value) => Number(BigInt.asIntN(64, value)),
  },
  9: {
    bytes: 8,
    field: 10,
    read: (bytes) => Number(bytes.readBigInt64LE()),
    ofField: (value) => Number(BigInt.asIntN(64, value)),
  },
  14: {
    bytes: 2,
    field: 13,
    read: (bytes) => brainFloat(bytes.readUInt16LE()),
    ofField: (value) => brainFloat(Number(value)),
  },
  19: {
    bytes: 2,
    field: 13,
    read: (bytes) => halfFloat(bytes.readUInt16LE()),
    ofField: (value) => halfFloat(Number(value)),
  },
};

/** The value of a tensor without dimensions; null where it is another one. */
function scalarOfTensor(tensor: Buffer): number | null {
  const fields = [...fieldsOf(tensor)];
  const typeField = fields.find(({ number }) => number === 1);
  const type = typeField?.type === 'varint' ? tensorTypes[Number(typeField.value)] : undefined;
  const shape = fields.find(({ number }) => number === 2);
  if (!type || (shape?.type === 'bytes' && shape.bytes.length > 0)) return null;
  for (const field of fields) {
    if (field.number !== 4 && field.number !== type.field) continue;
    if (field.type === 'varint') return type.ofField?.(field.value) ?? null;
    if (field.bytes.length === type.bytes && (field.number === 4 || !type.ofField))
      return type.read(field.bytes);
    // Numbers of variable length are packed.
    if (field.number === type.field && type.ofField && field.type === 'bytes')
      return packed(field.bytes, type.ofField);
  }
  // A tensor of zeros may leave its value out.
  return 0;
}

/** One number of variable length, packed: read as if it were a field. */
function packed(bytes: Buffer, read: (value: bigint) => number): number | null {
  const [field] = fieldsOf(Buffer.concat([Buffer.from([0x08]), bytes]));
  return field?.type === 'varint' ? read(field.value) : null;
}

/** The plugin that a value is for: `scalars`, `images`, `hparams`, …; empty where it doesn't say. */
function pluginOf(metadata: Buffer): string {
  for (const field of fieldsOf(metadata))
    if (field.number === 1 && field.type === 'bytes')
      for (const inner of fieldsOf(field.bytes))
        if (inner.number === 1 && inner.type === 'bytes') return inner.bytes.toString('utf8');
  return '';
}

function scalarOfValue(message: Buffer): { tag: string; value: number } | null {
  let tag = '';
  let value: number | null = null;
  let plugin = '';
  for (const field of fieldsOf(message)) {
    if (field.type === 'varint') continue;
    if (field.number === 1) tag = field.bytes.toString('utf8');
    else if (field.number === 2 && field.type === 'fixed32') value = shortestFloat(field.bytes.readFloatLE());
    else if (field.number === 8) value = scalarOfTensor(field.bytes);
    else if (field.number === 9) plugin = pluginOf(field.bytes);
  }
  const isScalar = plugin === '' || plugin === 'scalars';
  return value !== null && isScalar && tag !== '' ? { tag, value } : null;
}

/** The scalars of an event; `step` in full. Null where the bytes are no event. */
export function scalarsOf(message: Buffer): (ScalarEvent & { step: bigint }) | null {
  let timeMs = 0;
  let step = 0n;
  const scalars: { tag: string; value: number }[] = [];
  try {
    for (const field of fieldsOf(message)) {
      if (field.number === 1 && field.type === 'fixed64') timeMs = field.bytes.readDoubleLE() * 1000;
      else if (field.number === 2 && field.type === 'varint') step = BigInt.asIntN(64, field.value);
      else if (field.number === 5 && field.type === 'bytes')
        for (const value of fieldsOf(field.bytes)) {
          const scalar = value.number === 1 && value.type === 'bytes' ? scalarOfValue(value.bytes) : null;
          if (scalar) scalars.push(scalar);
        }
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return { timeMs, step, scalars };
}
