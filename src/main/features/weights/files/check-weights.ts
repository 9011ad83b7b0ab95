import { type FileHandle, open } from 'node:fs/promises';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { isRecord } from '../../../../shared/model/is-record.ts';
import { formatOfWeights } from '../../../../shared/model/pretrained-weights.ts';
import { readTensorHeader } from '../../jobs/tensor-header.ts';

type Read = (start: number, end: number) => Promise<Buffer>;
interface Checked {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

const notWeights = ({ name, path: file }: Checked, why: Bilingual) =>
  fault('NOT_WEIGHTS', { file: name, why }, { place: { file } });

function truncated({ name, path: file, sizeBytes }: Checked, expected: number | null): TrainyardError {
  const more =
    expected === null ? '' : { en: `, and ${expected} were expected`, ko: `(${expected}바이트여야 함)` };
  return fault('WEIGHTS_TRUNCATED', { file: name, found: sizeBytes, expected: more }, { place: { file } });
}

const checks = { safetensors: checkTensors, pickle: checkPickle };

/**
 * Sees by its beginning and its end that a file of weights is what its name says, and whole: nothing of it is executed, and no tensor is read.
 * @throws TrainyardError NOT_WEIGHTS, WEIGHTS_TRUNCATED
 */
export async function checkWeights(file: Checked): Promise<void> {
  const format = formatOfWeights(file.name);
  if (format === null)
    throw notWeights(file, {
      en: 'its name ends in none of .safetensors, .pt, .pth and .bin',
      ko: '이름이 .safetensors, .pt, .pth, .bin 중 하나로 끝나지 않습니다',
    });
  await using handle = await open(file.path);
  await checks[format](file, readsOf(handle, file));
}

const readsOf =
  (handle: FileHandle, { sizeBytes }: Checked): Read =>
  async (start, end) => {
    const bytes = Buffer.alloc(Math.max(0, Math.min(end + 1, sizeBytes) - start));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  };

async function checkTensors(file: Checked, read: Read): Promise<void> {
  const start = await read(0, 7);
  const header = start.length === 8 ? Number(start.readBigUInt64LE()) : null;
  const tensors = await readTensorHeader(read).catch((error: unknown) => {
    if (!(error instanceof TrainyardError)) throw error;
    // A length that could be one, and fewer bytes than that: the file was cut in its header.
    if (header !== null && header <= 100_000_000 && 8 + header > file.sizeBytes && header > 1)
      throw truncated(file, null);
    const { reason } = error.parameters;
    throw notWeights(file, typeof reason === 'object' ? reason : { en: error.message, ko: error.message });
  });
  const end = tensors.at(-1)?.end ?? file.sizeBytes;
  if (end > file.sizeBytes) throw truncated(file, end);
  if (tensors.length === 0)
    throw notWeights(file, { en: 'it holds no tensors', ko: '텐서가 하나도 없습니다' });
}

const endOfDirectory = Buffer.from('PK\x05\x06', 'latin1');
/** What `torch.save` wrote before 1.6: a pickle of its magic number. */
const oldMagic = Buffer.from('80028a0a6cfc9c46f9206aa85019', 'hex');

/** `torch.save` writes a zip with a pickle in it. */
async function checkPickle(file: Checked, read: Read): Promise<void> {
  const start = await read(0, oldMagic.length - 1);
  if (start.equals(oldMagic)) return;
  if (start.subarray(0, 4).toString('latin1') !== 'PK\x03\x04')
    throw notWeights(file, {
      en:
        file.sizeBytes === 0
          ? 'it is empty'
          : 'it begins neither as a zip nor as a pickle of torch.save does',
      ko: file.sizeBytes === 0 ? '비어 있습니다' : '첫 부분이 torch.save의 zip도 pickle도 아닙니다',
    });
  const tail = await read(Math.max(0, file.sizeBytes - 65_557), file.sizeBytes - 1);
  const at = tail.lastIndexOf(endOfDirectory);
  if (at < 0 || tail.length < at + 22) throw truncated(file, null);
  const [size, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  // Beyond 4 GB another record has them.
  if (offset === 0xffff_ffff || size === 0xffff_ffff) return;
  const directory = await read(offset, offset + Math.min(size, 16 * 1024 ** 2) - 1);
  if (!directory.includes('/data.pkl'))
    throw notWeights(file, {
      en: 'it is a zip without what torch.save puts there',
      ko: 'torch.save로 만든 zip이 아닙니다',
    });
}

/** Sees that the `config.json` beside weights is one. @throws TrainyardError NOT_WEIGHTS */
export async function checkConfig(file: Checked): Promise<void> {
  await using handle = await open(file.path);
  const text = (await readsOf(handle, file)(0, 16 * 1024 ** 2 - 1)).toString('utf8');
  try {
    if (isRecord(JSON.parse(text))) return;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw notWeights(file, { en: 'it is no JSON object', ko: 'JSON 객체가 아닙니다' });
}
