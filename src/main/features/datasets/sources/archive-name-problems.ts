import { namesEncodings } from '../../../../shared/contract/datasets.ts';
import { makeProblem, type Problem, printable } from '../problems.ts';
import type { NamesEncoding } from '../reading.ts';
import { decodeWhole, type NamesDecision } from './archive-names.ts';

const titles: Readonly<Record<string, string>> = {
  'utf-8': 'UTF-8',
  cp949: 'Korean (code page 949)',
  cp437: 'Western (code page 437)',
  shift_jis: 'Japanese (Shift JIS)',
  gbk: 'Chinese (GBK)',
  big5: 'Chinese (Big5)',
  'windows-1252': 'Western (Windows 1252)',
};
const title = (encoding: NamesEncoding) => titles[encoding] ?? encoding;
const encodings = namesEncodings.filter((encoding) => encoding !== 'auto');

const hex = (bytes: Buffer) =>
  [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

/** The encoding is a guess: told with an example, so that a person sees whether it is right. */
export function namesGuessed(encoding: NamesEncoding, example: Buffer): Problem {
  const name = encoding === 'auto' ? '' : (decodeWhole(example, encoding) ?? '');
  return makeProblem(
    'NAMES_GUESSED',
    name,
    `The archive does not say how its names are encoded; they were read as ${title(encoding)}: the bytes ${hex(example)} are "${printable(name)}"`,
    `Where that is wrong, say the encoding: ${encodings.filter((other) => other !== encoding).join(', ')} ("--names-encoding", or "Encoding of names in the archive" in the import form).`,
  );
}

/** Nothing tells the encoding: what an example would be in each. */
export function namesUnknown({ example }: NamesDecision): Problem {
  const bytes = example ?? Buffer.alloc(0);
  const readings = encodings.flatMap((encoding) => {
    const name = decodeWhole(bytes, encoding);
    return name === null ? [] : [`"${printable(name)}" in ${encoding}`];
  });
  return makeProblem(
    'NAMES_ENCODING_UNKNOWN',
    '',
    `The archive does not say how its names are encoded, and they make sense in more than one way or in none: the bytes ${hex(bytes)} are ${readings.join(', ')}`,
    'Say which is right ("--names-encoding cp949", say, or "Encoding of names in the archive" in the import form).',
  );
}

/** Names that are none in the archive's encoding: their bytes are spelled out. */
export function namesUndecodable(encoding: NamesEncoding, count: number, first: string): Problem {
  return makeProblem(
    'NAMES_UNDECODABLE',
    first,
    `${count === 1 ? 'A name has' : `${count} names have`} bytes that are no ${title(encoding)}; they are spelled as in %E9`,
    'Where other names look wrong, too, say another encoding ("--names-encoding"); else nothing need be done.',
  );
}
