/** A field of a protocol buffer's message that is bytes, text or a message. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

const whole = (number: number, value: number) => Buffer.concat([varint(number << 3), varint(value)]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

/** ONNX's numbers for types of tensors and of attributes. */
const types = { float: 1, int64: 7 } as const;
const kinds = { int: 2, tensor: 4, ints: 7 } as const;

type Dims = readonly (number | string)[];

function described(name: string, type: keyof typeof types, dims: Dims): Buffer {
  const shape = dims.map((side) => field(1, typeof side === 'number' ? whole(1, side) : field(2, side)));
  const tensor = Buffer.concat([whole(1, types[type]), field(2, Buffer.concat(shape))]);
  return Buffer.concat([field(1, name), field(2, field(1, tensor))]);
}

/** A constant of a graph. */
export interface Constant {
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

function tensorOf({ dims, values }: Constant): Buffer {
  const data = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const type = values instanceof BigInt64Array ? types.int64 : types.float;
  return Buffer.concat([...dims.map((side) => whole(1, side)), whole(2, type), field(9, data)]);
}

interface Step {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[] | Constant>>;
}

function attributeOf([name, value]: readonly [string, number | readonly number[] | Constant]): Buffer {
  if (typeof value === 'number')
    return Buffer.concat([field(1, name), whole(3, value), whole(20, kinds.int)]);
  if ('dims' in value)
    return Buffer.concat([field(1, name), field(5, tensorOf(value)), whole(20, kinds.tensor)]);
  return Buffer.concat([field(1, name), ...value.map((one) => whole(8, one)), whole(20, kinds.ints)]);
}

/** An ONNX file (onnx.proto) that goes through these steps, from `images` [batch, 3, height, width]. */
export function onnxModel(
  size: { readonly height: number; readonly width: number },
  steps: readonly Step[],
  outputs: Readonly<Record<string, { readonly type: keyof typeof types; readonly dims: Dims }>>,
): Buffer {
  const nodes = steps.map(({ operator, inputs, output, attributes = {} }) =>
    field(
      1,
      Buffer.concat([
        ...inputs.map((name) => field(1, name)),
        field(2, output),
        field(4, operator),
        ...Object.entries(attributes).map((one) => field(5, attributeOf(one))),
      ]),
    ),
  );
  const graph = Buffer.concat([
    ...nodes,
    field(2, 'graph'),
    field(11, described('images', 'float', ['batch', 3, size.height, size.width])),
    ...Object.entries(outputs).map(([name, { type, dims }]) => field(12, described(name, type, dims))),
  ]);
  const release = Buffer.concat([field(1, ''), whole(2, 13)]);
  return Buffer.concat([whole(1, 8), field(7, graph), field(8, release)]);
}

const constant = (output: string, value: Constant): Step => ({
  ...{ operator: 'Constant', inputs: [], output },
  attributes: { value },
});

/** Takes an image for the colour that it has most of: red, green or blue. */
export const colourClassifier = (size: { height: number; width: number }): Buffer =>
  onnxModel(
    size,
    [
      {
        operator: 'ReduceMean',
        inputs: ['images'],
        output: 'means',
        attributes: { axes: [2, 3], keepdims: 0 },
      },
      constant('ten', { dims: [1], values: Float32Array.of(10) }),
      { operator: 'Mul', inputs: ['means', 'ten'], output: 'scores' },
      { operator: 'Softmax', inputs: ['scores'], output: 'probabilities', attributes: { axis: 1 } },
    ],
    { probabilities: { type: 'float', dims: ['batch', 3] } },
  );

/** Takes each pixel for the colour that it has most of; red is the background, green and blue are the two classes. */
export const colourSegmenter = (size: { height: number; width: number }): Buffer =>
  onnxModel(
    size,
    [
      constant('ten', { dims: [1], values: Float32Array.of(10) }),
      { operator: 'Mul', inputs: ['images', 'ten'], output: 'scores' },
      { operator: 'Softmax', inputs: ['scores'], output: 'probabilities', attributes: { axis: 1 } },
    ],
    { probabilities: { type: 'float', dims: ['batch', 3, size.height, size.width] } },
  );

/** Finds the same two objects in every image: half of it, and a corner; and one that it is hardly sure of. */
export function fixedDetector({ height, width }: { height: number; width: number }): Buffer {
  const boxes = [0, 0, width / 2, height, width * 0.75, height * 0.75, width, height, 0, 0, 1, 1];
  return onnxModel(
    { height, width },
    [
      constant('boxes', { dims: [1, 3, 4], values: Float32Array.from(boxes) }),
      constant('scores', { dims: [1, 3], values: Float32Array.of(0.9, 0.4, 0.01) }),
      constant('labels', { dims: [1, 3], values: BigInt64Array.of(1n, 0n, 0n) }),
    ],
    {
      boxes: { type: 'float', dims: [1, 3, 4] },
      scores: { type: 'float', dims: [1, 3] },
      labels: { type: 'int64', dims: [1, 3] },
    },
  );
}

/** Finds so many objects in every image, each surer than the one before. */
export function crowdedDetector(size: { height: number; width: number }, count: number): Buffer {
  const scores = Float32Array.from({ length: count }, (_, at) => (at + 1) / count);
  return onnxModel(
    size,
    [
      constant('boxes', { dims: [1, count, 4], values: new Float32Array(count * 4) }),
      constant('scores', { dims: [1, count], values: scores }),
      constant('labels', { dims: [1, count], values: new BigInt64Array(count) }),
    ],
    {
      boxes: { type: 'float', dims: [1, count, 4] },
      scores: { type: 'float', dims: [1, count] },
      labels: { type: 'int64', dims: [1, count] },
    },
  );
}

/** What the torch trainer would say of such a model. */
export const describedModel = (
  task: string,
  classes: readonly string[],
  { height, width }: { height: number; width: number },
) => ({
  ...{ format: 'trainyard/torch-model', version: 1, task, classes, epoch: 3 },
  input: {
    ...{ name: 'images', height, width, channels: 'RGB', range: [0, 1] },
    resize: 'stretch',
    white: null,
  },
});
