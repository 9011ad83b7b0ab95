import { namesEncodings } from '../../../../shared/contract/datasets.ts';
import type { Bilingual, Parameter } from '../../../../shared/errors/entry.ts';
import { makeProblem, type Problem } from '../problems.ts';
import type { KnownEncoding, NamesEncoding } from '../reading.ts';
import type { SourceEntry } from '../source.ts';
import { decodeWhole, type NamesDecision, UnsaidNames } from './archive-names.ts';

type AddName = (path: Buffer, isMadeOnUnix: boolean) => void;

/** Decides once how an archive's names are read, and keeps to it however often the archive is read. */
export class NameReader {
  private readonly wished: NamesEncoding;
  private readonly gather: (add: AddName) => Promise<void>;
  private decision: Promise<NamesDecision> | null = null;
  private decided: NamesDecision | null = null;

  /** @param gather calls its argument with each name that does not say its encoding */
  constructor(wished: NamesEncoding, gather: (add: AddName) => Promise<void>) {
    this.wished = wished;
    this.gather = gather;
  }

  /** Call it before `encoding`. Answers what is to be told: a guess, or (fatal) that nobody can know. */
  async decide(): Promise<SourceEntry | null> {
    this.decision ??= this.find();
    this.decided = await this.decision;
    const { encoding, isGuess, example } = this.decided;
    if (encoding === null) return { kind: 'problem', problem: namesUnknown(this.decided), fatal: true };
    if (!isGuess || !example) return null;
    return { kind: 'problem', problem: namesGuessed(encoding, example), warning: true };
  }

  get isDecided(): boolean {
    return this.decided !== null;
  }

  get encoding(): KnownEncoding {
    return this.decided?.encoding ?? 'utf-8';
  }

  /** Counts names that the encoding can't be right for. */
  undecodable() {
    const { encoding } = this;
    let [count, first] = [0, ''];
    return {
      add(name: string): void {
        count += 1;
        if (count === 1) first = name;
      },
      *report(): Generator<SourceEntry> {
        if (count > 0)
          yield { kind: 'problem', problem: namesUndecodable(encoding, count, first), warning: true };
      },
    };
  }

  private async find(): Promise<NamesDecision> {
    if (this.wished !== 'auto') return { encoding: this.wished, isGuess: false, example: null };
    const names = new UnsaidNames();
    await this.gather((path, isMadeOnUnix) => names.add(path, isMadeOnUnix));
    return names.decide();
  }
}

const titles: Readonly<Record<string, Bilingual>> = {
  cp949: { en: 'Korean (code page 949)', ko: '한국어(코드 페이지 949)' },
  cp437: { en: 'Western (code page 437)', ko: '서유럽어(코드 페이지 437)' },
  shift_jis: { en: 'Japanese (Shift JIS)', ko: '일본어(Shift JIS)' },
  gbk: { en: 'Chinese (GBK)', ko: '중국어(GBK)' },
  big5: { en: 'Chinese (Big5)', ko: '중국어(Big5)' },
  'windows-1252': { en: 'Western (Windows 1252)', ko: '서유럽어(Windows 1252)' },
};
const title = (encoding: NamesEncoding): Parameter => titles[encoding] ?? encoding.toUpperCase();
const encodings = namesEncodings.filter((encoding) => encoding !== 'auto');

const hex = (bytes: Buffer) =>
  [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

/** The encoding is a guess: told with an example, so that a person sees whether it is right. */
function namesGuessed(encoding: NamesEncoding, example: Buffer): Problem {
  const name = encoding === 'auto' ? '' : (decodeWhole(example, encoding) ?? '');
  const others = encodings.filter((other) => other !== encoding).join(', ');
  return makeProblem('NAMES_GUESSED', name, { encoding: title(encoding), bytes: hex(example), name, others });
}

/** Nothing tells the encoding: what an example would be in each. */
function namesUnknown({ example }: NamesDecision): Problem {
  const bytes = example ?? Buffer.alloc(0);
  const readings = encodings.flatMap((encoding) => {
    const name = decodeWhole(bytes, encoding);
    return name === null ? [] : [{ en: `"${name}" in ${encoding}`, ko: `${encoding}에서는 "${name}"` }];
  });
  const list = (language: keyof Bilingual) => readings.map((reading) => reading[language]).join(', ');
  return makeProblem('NAMES_ENCODING_UNKNOWN', '', {
    bytes: hex(bytes),
    readings: { en: list('en'), ko: list('ko') },
  });
}

/** Names that are none in the archive's encoding: their bytes are spelled out. */
function namesUndecodable(encoding: NamesEncoding, count: number, first: string): Problem {
  return makeProblem('NAMES_UNDECODABLE', first, { count, encoding: title(encoding) });
}
