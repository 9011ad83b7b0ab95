import { isNode, LineCounter, parseDocument, stringify } from 'yaml';
import type { Bilingual } from '../errors/entry.ts';
import { errorMessage } from '../errors/error.ts';
import { type TrainingOverrides, trainingOverridesSchema } from '../model/training-config.ts';

/** In bytes; no configuration comes near it. */
export const largestConfig = 1024 ** 2;

/** In levels; the configuration itself has three. */
const deepest = 64;

/** What is wrong with a text that was to be a config, and where. */
export interface ConfigTextFault {
  /** From 1. */
  readonly line: number;
  /** Dotted; empty where it is about the text as a whole. */
  readonly field: string;
  readonly problem: Bilingual;
}

export type ConfigText =
  | { readonly overrides: TrainingOverrides; readonly fault: null }
  | { readonly overrides: null; readonly fault: ConfigTextFault };

const refused = (line: number, field: string, en: string, ko = en): ConfigText => ({
  overrides: null,
  fault: { line, field, problem: { en, ko } },
});

/** What is wrong with a file that is larger than {@link largestConfig}. */
export const configTooLarge: ConfigTextFault = {
  ...{ line: 1, field: '' },
  problem: { en: 'it is larger than 1 MiB', ko: '1 MiB보다 큽니다' },
};

/** The line where brackets or indentations are nested deeper than the parser, which calls itself, can follow; null if they are not. */
function tooDeepAt(text: string): number | null {
  let depth = 0;
  for (const [index, line] of text.split('\n').entries()) {
    for (const character of line) {
      if ('{['.includes(character)) depth += 1;
      else if ('}]'.includes(character)) depth = Math.max(0, depth - 1);
      if (depth > deepest) return index + 1;
    }
    const dashes = /^(?:[ \t]*[-?] )*[ \t]*/.exec(line)?.[0].length ?? 0;
    if (dashes > 4 * deepest) return index + 1;
  }
  return null;
}

/**
 * Reads what a person wants of a training: YAML, and so JSON, as `trainingOverridesSchema`.
 * @param written with or without a byte order mark
 * @param isJson it claims to be JSON, and faults are named as such
 */
export function readConfigText(written: string, isJson: boolean): ConfigText {
  const text = written.replace(/^\uFEFF/, '');
  const deep = tooDeepAt(text);
  if (deep !== null)
    return refused(
      deep,
      '',
      `nested deeper than ${deepest} levels`,
      `${deepest}단계보다 깊게 중첩되어 있습니다`,
    );
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [wrong] = document.errors;
  if (wrong) {
    const asJson = isJson ? jsonFault(text) : null;
    const { line } = asJson ?? lines.linePos(wrong.pos[0]);
    const kind = asJson === null ? 'YAML' : 'JSON';
    const words = asJson?.words ?? wrong.message;
    return refused(Math.max(1, line), '', `not ${kind}: ${words}`, `${kind} 형식이 아닙니다: ${words}`);
  }
  let content: unknown;
  try {
    // An empty file says nothing. Aliases that stand for more than the file has room for are refused.
    content = document.toJS() ?? {};
  } catch (error) {
    return refused(1, '', errorMessage(error));
  }
  const parsed = trainingOverridesSchema.safeParse(content);
  if (parsed.success) return { overrides: parsed.data, fault: null };
  const issue = parsed.error.issues[0];
  // An unknown field is reported at its parent: its own name says more.
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const place = [...(issue?.path ?? []), ...unknown].filter((part) => typeof part !== 'symbol');
  const line = lineOf(document, place, lines);
  return unknown.length > 0
    ? refused(line, place.join('.'), 'there is no such field', '그런 필드는 없습니다')
    : { overrides: null, fault: { line, field: place.join('.'), problem: wordsOf(issue) } };
}

const kinds: Readonly<Record<string, Bilingual>> = {
  string: { en: 'text', ko: '텍스트여야' },
  number: { en: 'a number', ko: '숫자여야' },
  int: { en: 'a whole number', ko: '정수여야' },
  boolean: { en: 'true or false', ko: 'true나 false여야' },
  array: { en: 'a list', ko: '목록이어야' },
  object: { en: 'fields with values', ko: '필드와 값이어야' },
};

type Issue = NonNullable<ReturnType<typeof trainingOverridesSchema.safeParse>['error']>['issues'][number];

/** What a value ought to be, in plain words; the schema's own where there are none. */
function wordsOf(issue: Issue | undefined): Bilingual {
  const own = { en: issue?.message ?? '', ko: `쓸 수 없는 값입니다(${issue?.message ?? ''})` };
  if (issue?.code === 'invalid_union') return { en: 'it cannot be this value', ko: '쓸 수 없는 값입니다' };
  if (issue?.code === 'invalid_type') {
    const kind = kinds[issue.expected];
    return kind ? { en: `it must be ${kind.en}`, ko: `${kind.ko} 합니다` } : own;
  }
  if (issue?.code === 'invalid_value') {
    const among = issue.values.map(String).join(', ');
    return { en: `it must be one of: ${among}`, ko: `다음 중 하나여야 합니다: ${among}` };
  }
  if (issue?.code === 'too_small' && issue.origin !== 'string' && issue.origin !== 'array') {
    const { minimum } = issue;
    return issue.inclusive === false
      ? { en: `it must be above ${minimum}`, ko: `${minimum}보다 커야 합니다` }
      : { en: `it must be ${minimum} or more`, ko: `${minimum} 이상이어야 합니다` };
  }
  if (issue?.code === 'too_big' && issue.origin !== 'string' && issue.origin !== 'array') {
    const { maximum } = issue;
    return issue.inclusive === false
      ? { en: `it must be below ${maximum}`, ko: `${maximum}보다 작아야 합니다` }
      : { en: `it must be ${maximum} or less`, ko: `${maximum} 이하여야 합니다` };
  }
  return own;
}

/** What is wrong with a text that was to be JSON, and where. */
function jsonFault(text: string): { readonly words: string; readonly line: number } | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = errorMessage(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    const offset = position === undefined ? text.trimEnd().length : Number(position);
    const words = message.replace(/ in JSON at position.*$| *\(line .*$/, '');
    return { words, line: text.slice(0, offset).split('\n').length };
  }
}

type Document = ReturnType<typeof parseDocument>;

/** The line of a value; where it is not there, that of the nearest around it. */
function lineOf(document: Document, place: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = place.length; length > 0; length -= 1) {
    const node = document.getIn(place.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** A config as YAML, which {@link readConfigText} reads again. */
export function writeConfigText(config: TrainingOverrides): string {
  return stringify(config);
}
