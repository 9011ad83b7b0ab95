import type { KnownEncoding, NamesEncoding } from '../reading.ts';
import type { SourceEntry } from '../source.ts';
import { namesGuessed, namesUndecodable, namesUnknown } from './archive-name-problems.ts';
import { type NamesDecision, UnsaidNames } from './archive-names.ts';

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
