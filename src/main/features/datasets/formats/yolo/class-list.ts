import { phrase } from '../../../../../shared/errors/entry.ts';
import { makeProblem, type Problem } from '../../problems.ts';
import { className, longNameHint, whyTooLong } from '../class-names.ts';

/** A class as a file names it. */
export interface WrittenName {
  readonly name: string;
  readonly line: number;
}

export const namesHint = {
  en: 'Write a name for each class, numbered from 0 without a gap: "names: [bolt, nut]" or "0: bolt", "1: nut" on lines of their own.',
  ko: '클래스마다 이름을 0번부터 빠짐없이 적으세요: "names: [볼트, 너트]", 또는 한 줄씩 "0: 볼트", "1: 너트".',
};

/** The names of classes in the order of their numbers; null, and reported, where one is empty, too long or stands twice. */
export function checkNames(
  file: string,
  written: readonly WrittenName[],
  onError: (problem: Problem) => void,
): string[] | null {
  const seen = new Map<string, number>();
  for (const [index, { name, line }] of written.entries()) {
    const normal = className(name);
    if (normal === '') {
      const why = phrase('the class {index} has an empty name', '{index}번 클래스의 이름이 비어 있습니다', {
        index,
      });
      onError(makeProblem('CLASS_NAMES_INVALID', file, { why, hint: namesHint }, line));
      return null;
    }
    const why = whyTooLong(normal);
    if (why) {
      onError(makeProblem('CLASS_NAMES_INVALID', file, { why, hint: longNameHint }, line));
      return null;
    }
    const twin = seen.get(normal);
    if (twin !== undefined) {
      onError(makeProblem('CLASS_NAME_TWICE', file, { name: normal, one: twin, other: index }, line));
      return null;
    }
    seen.set(normal, index);
  }
  return [...seen.keys()];
}

/** A file with a name on each line, as `classes.txt` is one. */
export interface NamesFile {
  readonly path: string;
  readonly written: readonly WrittenName[];
}

/** Every line is a name, also an empty one: the line is the number of the class. */
export function readNamesFile(path: string, text: string): NamesFile {
  const lines = text.trimEnd().split(/\r\n|\n|\r/);
  return { path, written: lines.map((name, index) => ({ name, line: index + 1 })) };
}

/** The names of the file nearest to the top; null, and reported, where another one numbers classes differently, or it can't be used. */
export function namesOfFiles(
  files: readonly NamesFile[],
  onError: (problem: Problem) => void,
): string[] | null {
  const depth = ({ path }: NamesFile) => path.split('/').length;
  const [first, ...others] = files.toSorted(
    (one, other) =>
      depth(one) - depth(other) ||
      other.written.length - one.written.length ||
      (one.path < other.path ? -1 : 1),
  );
  if (!first) return null;
  for (const { path, written } of others) {
    const at = written.findIndex(({ name }, index) => {
      const same = first.written[index];
      return same !== undefined && className(same.name) !== className(name);
    });
    const differing = written[at];
    if (!differing) continue;
    const why = phrase(
      'the class {at} is "{name}" here, but "{other}" in {file}',
      '{at}번 클래스가 여기서는 "{name}"인데 {file}에서는 "{other}"입니다',
      { at, name: differing.name, other: first.written[at]?.name ?? '', file: first.path },
    );
    const hint = {
      en: 'All label files count on one list: write data.yaml with its names, and correct the labels that use the other list.',
      ko: '모든 라벨 파일은 한 목록의 번호를 씁니다. data.yaml에 이름을 적고, 다른 목록을 쓴 라벨을 고치세요.',
    };
    onError(makeProblem('CLASS_NAMES_INVALID', path, { why, hint }, differing.line));
    return null;
  }
  return checkNames(first.path, first.written, onError);
}
