import type { Header } from 'tar-stream';
import type { Bilingual } from '../../../../shared/errors/entry.ts';
import { codeOf } from '../../../platform/error-code.ts';
import { typeOfName } from '../image-types.ts';
import { makeProblem } from '../problems.ts';
import type { KnownEncoding } from '../reading.ts';
import { type EntryBytes, EntryFault, type SourceEntry } from '../source.ts';
import { decodeName, isAscii } from './archive-names.ts';
import { damaged, linkInArchive, systemReason, truncated } from './read-faults.ts';

interface TarName {
  readonly name: string;
  readonly isWhole: boolean;
  /** The bytes, where they are no plain ASCII and the archive does not say their encoding. */
  readonly raw: Buffer | null;
}

/** An entry's name: pax headers have it in UTF-8, all others have bytes, which the header holds as Latin-1 here. */
export function nameOf(header: Header, encoding: KnownEncoding): TarName {
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
export function assertPlainHeader(header: Header): void {
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

export function showEntry(
  header: Header,
  name: string,
  read: (limit: number) => Promise<EntryBytes>,
): SourceEntry {
  const { type } = header;
  if (type === 'directory') return { kind: 'folder', path: name };
  if (type === 'symlink' || type === 'link') return { kind: 'problem', problem: linkInArchive(name) };
  const isSparse = [...paxOf(header).keys()].some((key) => key.startsWith('GNU.sparse.'));
  if (!isSparse && (type === 'file' || type === 'contiguous-file')) return { kind: 'file', path: name, read };
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
 * Up to `limit` bytes of an entry.
 * @param faultOf says whether more came out of the entry than can be honest
 * @throws EntryFault
 */
export async function readTarEntry(
  entry: AsyncIterable<unknown>,
  name: string,
  limit: number,
  faultOf: (unpacked: number) => EntryFault | null,
): Promise<EntryBytes> {
  const chunks: Uint8Array[] = [];
  let kept = 0;
  let size = 0;
  let fault: EntryFault | null = null;
  try {
    // To the end in any case: a stream that is broken off ends the whole archive.
    for await (const chunk of entry as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (fault || kept >= limit) continue;
      chunks.push(chunk);
      kept += chunk.length;
      fault = faultOf(size);
    }
  } catch (error) {
    throw tarFault(error, name);
  }
  if (fault) throw fault;
  return { bytes: Buffer.concat(chunks).subarray(0, limit), complete: size <= limit, modifiedMs: null };
}

const endsEarly = /unexpected end|premature close/i;
const wantedCodes = ['Z_BUF_ERROR', 'ERR_STREAM_PREMATURE_CLOSE'];

/** What ended the reading of a tar, behind the entry `name`. */
export function tarFault(error: unknown, name: string): EntryFault {
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
