/** A text in both languages. */
export interface Bilingual {
  readonly en: string;
  readonly ko: string;
}

/** What stands for a name in a sentence: the same in both languages, or a text in each. */
export type Parameter = string | number | Bilingual;

/** What is wrong, and the hint what can be done. */
type Sentences = readonly [message: string, hint: string];

/** One kind of error: the HTTP status that REST answers with, and its sentences, in which `{name}` stands for a parameter. */
export interface Entry<English extends Sentences = Sentences> {
  readonly status: number;
  /** The field of the input that it is always about. */
  readonly field?: string;
  readonly en: English;
  readonly ko: Sentences;
}

/** The names in braces of a sentence, at compile time. */
type NamesIn<S extends string> = S extends `${string}{${infer Inside}}${infer Rest}`
  ? (Inside extends `${infer Name}|${string}` ? Name : Inside) | NamesIn<Rest>
  : never;

/** The parameters of an entry: those that its English sentences name. */
export type ParametersOf<E> =
  E extends Entry<infer English> ? { readonly [Name in NamesIn<English[0] | English[1]>]: Parameter } : never;

/**
 * An entry of the catalogue. `{name}` stands for a parameter, `{name|first|second}` for one of two forms that go with it: in English
 * the first where it is 1, as in `{count} {count|file|files}`; in Korean the first behind a final consonant, as in `{name}{name|을|를}`.
 * `[cli:…]` is for the command line alone, `[page:…]` for the page.
 * @param field of the input, where it is always about the same one
 */
export function entry<const Message extends string, const Hint extends string>(
  status: number,
  message: Message,
  hint: Hint,
  koreanMessage: string,
  koreanHint: string,
  field?: string,
): Entry<readonly [Message, Hint]> {
  const texts = { en: [message, hint], ko: [koreanMessage, koreanHint] } as const;
  return { status, ...texts, ...(field === undefined ? {} : { field }) };
}

const entryOf =
  (status: number) =>
  <const Message extends string, const Hint extends string>(
    message: Message,
    hint: Hint,
    koreanMessage: string,
    koreanHint: string,
    field?: string,
  ) =>
    entry(status, message, hint, koreanMessage, koreanHint, field);

/** Entries of the statuses that most errors have, by the names that HTTP gives these. */
export const badRequest = entryOf(400);
export const notFound = entryOf(404);
export const conflict = entryOf(409);
export const failure = entryOf(500);
export const badGateway = entryOf(502);
export const unavailable = entryOf(503);

/** A part of a sentence that differs by language, with what both of them name. */
export function phrase<const English extends string>(
  en: English,
  ko: string,
  parameters: { readonly [Name in NamesIn<English>]: Parameter },
): Bilingual {
  return { en: fill(en, parameters, 'en') ?? en, ko: fill(ko, parameters, 'ko') ?? ko };
}

type FinalSound = 'vowel' | 'l' | 'consonant';

/** How the digits end when they are read: 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구. */
const digitEnds: readonly FinalSound[] = [
  'consonant',
  'l',
  'vowel',
  'consonant',
  'vowel',
  'vowel',
  'consonant',
  'l',
  'l',
  'vowel',
];

/** How a text ends when it is read in Korean; null where that is not known, as of a Latin word. */
function finalSound(text: string): FinalSound | null {
  const last = text.replace(/[^\p{L}\p{N}]+$/u, '').at(-1) ?? '';
  if (/[0-9]/.test(last)) return digitEnds[Number(last)] ?? null;
  if (!/[가-힣]/.test(last)) return null;
  // A syllable's code counts its 28 finals: none first, ㄹ the eighth.
  const final = (last.charCodeAt(0) - 0xac00) % 28;
  if (final === 0) return 'vowel';
  return final === 8 ? 'l' : 'consonant';
}

function formOf(value: string, language: keyof Bilingual, first: string, second: string): string {
  if (language === 'en') return value === '1' ? first : second;
  const sound = finalSound(value);
  // 을(를), but (으)로: what both forms have stands once.
  if (sound === null) return first === `으${second}` ? `(으)${second}` : `${first}(${second})`;
  return sound === 'consonant' || (sound === 'l' && !first.startsWith('으로')) ? first : second;
}

/** The parameters that an entry's sentences name, of those that are given. */
export function namedIn(
  { en }: Entry,
  parameters: Readonly<Record<string, Parameter>>,
): Readonly<Record<string, Parameter>> {
  const names = new Set([...en.join(' ').matchAll(/\{(\w+)/g)].map(([, name]) => name));
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => names.has(name)));
}

/** Where a sentence is read: what can be done is a command there, or a button. */
export type Reader = 'cli' | 'page';

/** A sentence as it is for one kind of readers. */
export const forReader = (sentence: string, reader: Reader) =>
  sentence.replace(/\[(cli|page):([^\]]*)\]/g, (_, of: string, part: string) => (of === reader ? part : ''));

/** A sentence with its parameters; null where one is not there, as in an error that was kept by an earlier version. */
export function fill(
  sentence: string,
  parameters: Readonly<Record<string, Parameter>>,
  language: keyof Bilingual,
  reader: Reader = 'cli',
): string | null {
  let isWhole = true;
  const text = forReader(sentence, reader).replace(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
    (_, name, first, second) => {
      const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
      if (parameter === undefined) {
        isWhole = false;
        return '';
      }
      const value = typeof parameter === 'object' ? parameter[language] : String(parameter);
      return first === undefined ? value : formOf(value, language, first, second);
    },
  );
  return isWhole ? text : null;
}
