import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import { makeProblem, type Problem } from '../../problems.ts';
import type { Split } from '../../split-names.ts';
import { checkNames, namesHint } from './class-list.ts';

/** What a `data.yaml` says (docs.ultralytics.com, "Object detection datasets"). */
export interface DataYaml {
  readonly path: { readonly value: string; readonly line: number } | null;
  /** Folders or lists of images of each split that is named. */
  readonly splits: readonly {
    readonly split: Split;
    readonly paths: readonly string[];
    readonly line: number;
  }[];
  /** Null where it names no classes. */
  readonly names: readonly string[] | null;
  /** The file that lists them, where it says that instead (darknet's way). */
  readonly namesFile: string | null;
  /** Columns behind the box in a pose dataset; 0 for others. */
  readonly keypointColumns: number;
}

const splitKeys = { train: 'train', val: 'val', valid: 'val', validation: 'val', test: 'test' } as const;
const mostAliases = 100;

/** Reads a `data.yaml`. @param onError is called with each thing that is wrong; then null is answered where nothing can be used */
export function readDataYaml(
  text: string,
  file: string,
  onError: (problem: Problem) => void,
): DataYaml | null {
  const lines = new LineCounter();
  // Every value is its text: a class may be called "no", "null" or "1e3", and a folder ".".
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'failsafe',
    logLevel: 'error',
    // The parser compares each key with all others; they are looked at below.
    uniqueKeys: false,
  });
  const lineAt = (node: unknown) => lines.linePos((node as Node | undefined)?.range?.[0] ?? 0).line;
  const unreadable = (why: Bilingual, line: number) => {
    onError(makeProblem('ANNOTATIONS_UNREADABLE', file, { kind: 'YAML', why, hint: yamlHint }, line));
    return null;
  };
  const [fault] = document.errors;
  if (fault) {
    const line = fault.linePos?.[0].line ?? 1;
    const [message = ''] = fault.message.split('\n');
    // The parser calls itself for each level.
    const isTooDeep = message.startsWith('Maximum call stack');
    return unreadable(isTooDeep ? tooDeep : { en: message, ko: message }, line);
  }
  const unusable = findUnusable(document.contents, lineAt);
  if (unusable) return unreadable(unusable.why, unusable.line);
  const top = document.contents;
  if (!isMap(top)) return unreadable({ en: 'it has no keys', ko: '키가 없습니다' }, 1);
  const entries = new Map(
    top.items.filter(isPair).map(({ key, value }) => [
      isScalar(key) ? String(key.value) : '',
      // Not what lies deeper: aliases in aliases grow without end.
      { key, value: isAlias(value) ? value.resolve(document) : value },
    ]),
  );
  const reject = (why: Bilingual, line: number, hint = namesHint) =>
    onError(makeProblem('CLASS_NAMES_INVALID', file, { why, hint }, line));

  const splits = Object.entries(splitKeys).flatMap(([key, split]) => {
    const entry = entries.get(key);
    const paths = entry ? textsOf(entry.value) : [];
    return entry && paths.length > 0 ? [{ split, paths, line: lineAt(entry.key) }] : [];
  });
  const path = entries.get('path');
  const [pathText] = path ? textsOf(path.value) : [];
  const names = entries.get('names');
  const [listed] = isScalar(names?.value) ? textsOf(names.value) : [];
  const isNamed = isSeq(names?.value) || isMap(names?.value);
  const read = isNamed ? readNames(names?.value, file, lineAt, onError, reject) : null;
  const count = numberOf(entries.get('nc')?.value);
  if (read && count !== null && count !== read.length) {
    const why = phrase(
      '"nc" says {count} classes, but "names" has {names}',
      '"nc"는 {count}인데 "names"에는 클래스 이름이 {names}개 있습니다',
      { count, names: read.length },
    );
    const hint = {
      en: 'Correct "nc", or the names; "nc" may be left out.',
      ko: '"nc"나 이름을 고치세요. "nc"는 없어도 됩니다.',
    };
    reject(why, lineAt(entries.get('nc')?.key), hint);
    return null;
  }
  if (isNamed && !read) return null;
  const shape = entries.get('kpt_shape')?.value;
  const [points = 0, values = 0] = isSeq(shape) ? shape.items.map((item) => numberOf(item) ?? 0) : [];
  return {
    path: path && pathText !== undefined ? { value: pathText, line: lineAt(path.key) } : null,
    splits,
    names: read && read.length > 0 ? read : null,
    namesFile: listed ?? null,
    keypointColumns: points * values,
  };
}

const tooDeep = { en: 'its values lie too deep in one another', ko: '값이 너무 깊이 겹쳐 있습니다' };
const yamlHint = {
  en: 'Write plain YAML: "train: images/train", "val: images/val" and "names:" with a line for each class.',
  ko: '"train: images/train", "val: images/val", 그리고 클래스마다 한 줄이 있는 "names:"로 된 일반 YAML을 쓰세요.',
};

/** Tags that make objects, and aliases that grow without end, as no dataset has them; keys that stand twice. */
function findUnusable(
  contents: unknown,
  lineAt: (node: unknown) => number,
): { readonly why: Bilingual; readonly line: number } | null {
  let found: { readonly why: Bilingual; readonly line: number } | null = null;
  let aliases = 0;
  visit(contents as Node, {
    Node: (_, node) => {
      const { tag } = node as { tag?: string };
      if (tag !== undefined && !/^tag:yaml\.org,2002:(?:str|int|float|bool|null|seq|map)$/.test(tag)) {
        const shown = tag.replace('tag:yaml.org,2002:', '!!');
        found = {
          why: phrase('the tag {shown} is not allowed', '태그 {shown}{shown|은|는} 허용되지 않습니다', {
            shown,
          }),
          line: lineAt(node),
        };
        return visit.BREAK;
      }
      if (isAlias(node)) aliases += 1;
      if (aliases <= mostAliases) return undefined;
      const why = { en: 'it has more than 100 aliases', ko: '별칭(alias)이 100개를 넘습니다' };
      found = { why, line: lineAt(node) };
      return visit.BREAK;
    },
    Map: (_, { items }) => {
      const twin = repeatedKey(items);
      if (!twin) return undefined;
      const why = phrase('the key "{key}" stands twice', '키 "{key}"{key|이|가} 두 번 있습니다', {
        key: String(twin.value),
      });
      found = { why, line: lineAt(twin) };
      return visit.BREAK;
    },
  });
  return found;
}

/** The first key that another one before it has, too. */
function repeatedKey(items: readonly { readonly key: unknown }[]): Scalar | null {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (seen.has(String(key.value))) return key;
    seen.add(String(key.value));
  }
  return null;
}

/** The texts of a value that is one or a list of them. */
function textsOf(value: unknown): string[] {
  if (isScalar(value)) {
    const text = String(value.value ?? '');
    const isNothing = text === '' || (value.type === 'PLAIN' && /^(?:~|null)$/i.test(text));
    return isNothing ? [] : [text];
  }
  return isSeq(value) ? value.items.flatMap(textsOf) : [];
}

function numberOf(value: unknown): number | null {
  const text = isScalar(value) ? String(value.value).trim() : '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function readNames(
  value: unknown,
  file: string,
  lineAt: (node: unknown) => number,
  onError: (problem: Problem) => void,
  reject: (why: Bilingual, line: number) => void,
): string[] | null {
  const names = new Map<number, { readonly name: string; readonly line: number }>();
  if (isSeq(value)) {
    for (const [index, item] of value.items.entries())
      names.set(index, { name: textsOf(item)[0] ?? '', line: lineAt(item) });
  } else if (isMap(value)) {
    for (const { key, value: item } of value.items) {
      const index = numberOf(key);
      if (index === null || index < 0) {
        const shown = isScalar(key) ? String(key.value) : '?';
        reject(
          phrase(
            '"names" has the key "{shown}", which is no number',
            '"names"의 키 "{shown}"{shown|은|는} 번호가 아닙니다',
            { shown },
          ),
          lineAt(key),
        );
        return null;
      }
      names.set(index, { name: textsOf(item)[0] ?? '', line: lineAt(key) });
    }
  } else return null;
  const line = lineAt(value);
  const count = names.size;
  for (let index = 0; index < count; index += 1) {
    if (names.has(index)) continue;
    reject(phrase('"names" has no class {index}', '"names"에 {index}번 클래스가 없습니다', { index }), line);
    return null;
  }
  const inOrder = [...names.keys()].sort((one, other) => one - other);
  return checkNames(
    file,
    inOrder.map((index) => names.get(index) ?? { name: '', line }),
    onError,
  );
}
