import { createReadStream } from 'node:fs';
import path from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, type TrainyardError } from '../../../shared/errors/error.ts';
import { type TrainingOverrides, trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import { translate } from '../lib/language.ts';

/** In bytes; no configuration comes near it. */
const largestFile = 1024 ** 2;
/** In levels; the configuration itself has three. */
const deepest = 64;

function invalid(file: string, line: number, field: string, problem: string): TrainyardError {
  const where = field ? `${file}:${line} (${field})` : `${file}:${line}`;
  const place = { file, line, ...(field ? { field } : {}) };
  return fault('CONFIG_INVALID', { problem: `${where}: ${problem}`, how: '' }, { place });
}

/** No more than the limit, whatever it is: `/dev/zero` has no end, and a pipe (`--config <(…)`) has no size. */
async function readText(file: string): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of createReadStream(file, { end: largestFile })) pieces.push(piece);
  } catch (error) {
    throw fault('CONFIG_UNREADABLE', { file, cause: errorMessage(error) }, { place: { file }, cause: error });
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length > largestFile)
    throw invalid(file, 1, '', translate('it is larger than 1 MiB', '1 MiB보다 큽니다'));
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

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
 * Reads what a person wants of a training from a file: YAML, and so JSON, as `trainingOverridesSchema`.
 * @throws TrainyardError CONFIG_UNREADABLE; CONFIG_INVALID naming file, line and field
 */
export async function readConfigFile(given: string): Promise<TrainingOverrides> {
  const file = path.resolve(given);
  const text = await readText(file);
  const deep = tooDeepAt(text);
  if (deep !== null) {
    const problem = translate(
      `nested deeper than ${deepest} levels`,
      `${deepest}단계보다 깊게 중첩되어 있습니다`,
    );
    throw invalid(file, deep, '', problem);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [wrong] = document.errors;
  if (wrong) {
    const asJson = path.extname(file) === '.json' ? jsonFault(text) : null;
    const { line } = asJson ?? lines.linePos(wrong.pos[0]);
    const kind = asJson === null ? 'YAML' : 'JSON';
    const words = asJson?.words ?? wrong.message;
    const problem = translate(`not ${kind}: ${words}`, `${kind} 형식이 아닙니다: ${words}`);
    throw invalid(file, Math.max(1, line), '', problem);
  }
  const parsed = trainingOverridesSchema.safeParse(contentOf(file, document));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  // An unknown field is reported at its parent: its own name says more.
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const place = [...(issue?.path ?? []), ...unknown].filter((part) => typeof part !== 'symbol');
  const problem =
    unknown.length > 0 ? translate('there is no such field', '그런 필드는 없습니다') : (issue?.message ?? '');
  throw invalid(file, lineOf(document, place, lines), place.join('.'), problem);
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

/** An empty file says nothing. Aliases that stand for more than the file has room for are refused. */
function contentOf(file: string, document: Document): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw invalid(file, 1, '', errorMessage(error));
  }
}

/** The line of a value; where it is not there, that of the nearest around it. */
function lineOf(document: Document, place: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = place.length; length > 0; length -= 1) {
    const node = document.getIn(place.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
