import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';
import type { Bilingual } from '../../../../shared/errors/entry.ts';
import { codeOf } from '../../../platform/error-code.ts';
import { typeOfName } from '../image-types.ts';
import type { SourceLimits } from '../limits.ts';
import { makeProblem } from '../problems.ts';
import type { KnownEncoding, NamesEncoding } from '../reading.ts';
import { type DatasetSource, type EntryBytes, EntryFault, type SourceEntry } from '../source.ts';
import { ArchiveBudget } from './archive-budget.ts';
import type { ArchiveKind } from './archive-kinds.ts';
import { decodeName, isAscii, NameReader } from './archive-names.ts';
import { damaged, linkInArchive, systemReason, truncated } from './read-faults.ts';

const blockBytes = 512;
const readAheadBytes = 1 << 16;

/**
 * Names come as their bytes; a tar of Unix version 7 has no mark of its format, only a checksum. The library's types lack both
 * options: `highWaterMark`, which has its default here, is one that they know.
 */
const tarOptions = { filenameEncoding: 'latin1', allowUnknownFormat: true, highWaterMark: 16_384 };

type TarEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

type TarPacking = Exclude<ArchiveKind, 'zip'>;

const unpackers: Readonly<Record<TarPacking, () => Transform>> = {
  tar: () => new PassThrough(),
  'tar.gz': () => createGunzip(),
  'tar.zst': () => createZstdDecompress(),
};

/** A tar file, packed or not, as a dataset's source: read from front to end, every unpacked byte counted. */
export function tarSource(
  path: string,
  name: string,
  packing: TarPacking,
  limits: SourceLimits,
  namesEncoding: NamesEncoding,
): DatasetSource {
  const each = () => eachEntry(path, packing, limits);
  const names = new NameReader(namesEncoding, async (add) => {
    for await (const { entry } of each()) {
      const { raw } = nameOf(entry.header, 'utf-8');
      if (raw) add(raw, false);
      entry.resume();
    }
  });
  return {
    kind: 'archive',
    path,
    name,
    // Only reading all of it would show the number.
    count: async () => null,
    async *entries() {
      let name = '';
      let undecodable: ReturnType<NameReader['undecodable']> | null = null;
      try {
        for await (const { entry, budget, bytesRead } of each()) {
          const { header } = entry;
          if (!names.isDecided && nameOf(header, 'utf-8').raw) {
            // All names decide together: the archive is gone through once for them, the first time that it is read.
            const problem = await names.decide();
            if (problem) yield problem;
            if (problem?.kind === 'problem' && problem.fatal) return;
          }
          const found = nameOf(header, names.encoding);
          name = found.name;
          undecodable ??= names.undecodable();
          if (!found.isWhole) undecodable.add(name);
          budget.enter(name);
          let isRead = false;
          // What was read of the file when this entry began is more than what came before it, by as much as is read ahead.
          const begin = bytesRead() - readAheadBytes;
          const faultOf = (unpacked: number) => budget.faultOf(found.name, unpacked, bytesRead() - begin);
          const chunks = () => {
            isRead = true;
            return tarChunks(entry, found.name, faultOf);
          };
          yield showEntry(header, found.name, chunks);
          // Entries without a reader are skipped; an entry that is being read is left to its reader.
          if (!isRead) entry.resume();
        }
        if (undecodable) yield* undecodable.report();
      } catch (error) {
        yield { kind: 'problem', problem: tarFault(error, name).problem, fatal: true };
      }
    },
  };
}

async function* eachEntry(
  path: string,
  packing: TarPacking,
  limits: SourceLimits,
): AsyncGenerator<{ entry: TarEntry; budget: ArchiveBudget; bytesRead: () => number }> {
  const budget = new ArchiveBudget(limits, (await stat(path)).size);
  const unpacking = extract(tarOptions);
  let name = '';
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    let last: Buffer = Buffer.alloc(0);
    for await (const chunk of chunks) {
      budget.unpack(name, chunk.length);
      last = chunk.length >= blockBytes ? chunk : Buffer.concat([last, chunk]).subarray(-blockBytes);
      yield chunk;
    }
    // Every tar ends with blocks of zeros; without them it was cut off between two files.
    if (!last.subarray(-blockBytes).every((byte) => byte === 0)) throw truncated(name, null);
  };
  const file = createReadStream(path, { highWaterMark: readAheadBytes });
  const flowing = pipeline(file, unpackers[packing](), count, unpacking);
  // The loop below throws the same error, and it is reported there.
  flowing.catch(() => undefined);
  try {
    for await (const entry of unpacking) {
      assertPlainHeader(entry.header);
      name = nameOf(entry.header, 'utf-8').name;
      yield { entry, budget, bytesRead: () => file.bytesRead };
    }
  } catch (error) {
    throw tarFault(error, name);
  } finally {
    unpacking.destroy();
    await Promise.allSettled([flowing]);
  }
}

interface TarName {
  readonly name: string;
  readonly isWhole: boolean;
  /** The bytes, where they are no plain ASCII and the archive does not say their encoding. */
  readonly raw: Buffer | null;
}

/** An entry's name: pax headers have it in UTF-8, all others have bytes, which the header holds as Latin-1 here. */
function nameOf(header: Header, encoding: KnownEncoding): TarName {
  const pax = paxOf(header);
  const paxName = pax.get('GNU.sparse.name') ?? pax.get('path');
  if (paxName !== undefined) return { name: paxName, isWhole: true, raw: null };
  const raw = Buffer.from(header.name, 'latin1');
  return { ...decodeName(raw, encoding), raw: isAscii(raw) ? null : raw };
}

function paxOf({ pax }: Header): Map<string, string> {
  return new Map(typeof pax === 'object' && pax !== null ? Object.entries(pax) : []);
}

/** Names in zip archives can't be longer. */
const longestName = 2 ** 16;
const mostRecords = 1000;

/**
 * A header may hold 4 MiB, and a global one counts for every entry behind it, however small: a few kilobytes would take hours.
 * @throws EntryFault ARCHIVE_UNREADABLE, fatal
 */
function assertPlainHeader(header: Header): void {
  const pax = paxOf(header);
  const name = pax.get('GNU.sparse.name') ?? pax.get('path') ?? header.name;
  if (name.length <= longestName && pax.size <= mostRecords) return;
  const why = {
    en: 'a header in it is larger than any file needs',
    ko: '어떤 파일에도 필요 없을 만큼 큰 헤더가 들어 있습니다',
  };
  const remedy = {
    en: 'Get the dataset from a source that you trust, or unpack it yourself and give its folder',
    ko: '믿을 수 있는 곳에서 다시 받거나, 직접 풀어 폴더를 지정하세요.',
  };
  throw damaged(name.slice(0, 1000), { why, remedy }, true);
}

function showEntry(header: Header, name: string, chunks: () => AsyncIterable<Uint8Array>): SourceEntry {
  const { type } = header;
  if (type === 'directory') return { kind: 'folder', path: name };
  if (type === 'symlink' || type === 'link') return { kind: 'problem', problem: linkInArchive(name) };
  const isSparse = [...paxOf(header).keys()].some((key) => key.startsWith('GNU.sparse.'));
  if (!isSparse && (type === 'file' || type === 'contiguous-file'))
    return { kind: 'file', path: name, read: (limit) => readTarEntry(chunks(), limit), chunks };
  if ((isSparse || type === null) && typeOfName(name)) {
    const why = {
      en: 'the file is stored with gaps (sparse) or in several parts, which is not read here',
      ko: '빈 구간을 줄여(sparse) 담거나 여러 부분으로 나눠 담은 파일은 여기서 읽을 수 없습니다',
    };
    const remedy = {
      en: 'Pack it again without --sparse and --multi-volume',
      ko: '--sparse와 --multi-volume 없이 다시 압축하세요.',
    };
    return { kind: 'problem', problem: damaged(name, { why, remedy }, false).problem };
  }
  const why = { en: 'it is no plain file', ko: '일반 파일이 아닌 항목' };
  const problem = makeProblem('NOT_AN_IMAGE', name, { why });
  return { kind: 'problem', problem, warning: true };
}

/**
 * The bytes of an entry, to its end in any case: a stream that is broken off ends the whole archive.
 * @param faultOf says whether more came out of the entry than can be honest
 * @throws EntryFault
 */
async function* tarChunks(
  entry: AsyncIterable<unknown>,
  name: string,
  faultOf: (unpacked: number) => EntryFault | null,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  let fault: EntryFault | null = null;
  try {
    for await (const chunk of entry as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (fault) continue;
      yield chunk;
      fault = faultOf(size);
    }
  } catch (error) {
    throw tarFault(error, name);
  }
  if (fault) throw fault;
}

/** Up to `limit` bytes of an entry. @throws EntryFault */
async function readTarEntry(entry: AsyncIterable<Uint8Array>, limit: number): Promise<EntryBytes> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of entry) {
    if (size < limit) chunks.push(chunk);
    size += chunk.length;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, limit), complete: size <= limit, modifiedMs: null };
}

const endsEarly = /unexpected end|premature close/i;
const wantedCodes = ['Z_BUF_ERROR', 'ERR_STREAM_PREMATURE_CLOSE'];

/** What ended the reading of a tar, behind the entry `name`. */
function tarFault(error: unknown, name: string): EntryFault {
  if (error instanceof EntryFault) return error;
  if (wantedCodes.includes(codeOf(error)) || endsEarly.test(String(error))) return truncated(name, error);
  return damaged(name, systemReason(error) ?? { why: damageOf(error, name) }, true, error);
}

function damageOf(error: unknown, name: string): Bilingual {
  if (/^(Z_|ZSTD_)/.test(codeOf(error)))
    return {
      en: 'its packed bytes are damaged and can’t be unpacked',
      ko: '압축된 내용이 손상되어 풀 수 없습니다',
    };
  if (!/header/i.test(String(error))) return { en: 'it is damaged', ko: '손상되었습니다' };
  return name === ''
    ? { en: 'what is packed in it is no tar', ko: '안에 든 것이 tar가 아닙니다' }
    : { en: 'what follows this file is no tar header', ko: '이 파일 다음에 tar 헤더가 없습니다' };
}
