import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createScanner, findNodeAtLocation, parseTree } from 'jsonc-parser';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, type TrainyardError } from '../../../shared/errors/error.ts';
import { type TrainingOverrides, trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import { translate } from '../lib/language.ts';

/** In bytes; no configuration comes near it. */
const largestFile = 1024 ** 2;
/** In levels; the configuration itself has three. */
const deepest = 64;

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

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

/** Where JSON is nested deeper than the parser of its positions can follow; null if it is not. */
function tooDeepAt(text: string): number | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const first = text.charAt(scanner.getTokenOffset());
    if ('{['.includes(first)) depth += 1;
    else if ('}]'.includes(first)) depth -= 1;
    if (depth > deepest) return scanner.getTokenOffset();
  }
  return null;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = errorMessage(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    const offset = position === undefined ? text.trimEnd().length : Number(position);
    const problem = message.replace(/ in JSON at position.*$| *\(line .*$/, '');
    throw invalid(
      file,
      lineAt(text, offset),
      '',
      translate(`not JSON: ${problem}`, `JSON이 아닙니다: ${problem}`),
    );
  }
}

/**
 * Reads what a person wants of a training from a file: JSON as `trainingOverridesSchema`.
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
    throw invalid(file, lineAt(text, deep), '', problem);
  }
  const parsed = trainingOverridesSchema.safeParse(parseJson(file, text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  // An unknown field is reported at its parent: its own name says more.
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const place = [...(issue?.path ?? []), ...unknown].filter((part) => typeof part !== 'symbol');
  const tree = parseTree(text);
  const node = tree && findNodeAtLocation(tree, place);
  const offset = unknown.length > 0 ? (node?.parent?.offset ?? 0) : (node?.offset ?? 0);
  const problem =
    unknown.length > 0 ? translate('there is no such field', '그런 필드는 없습니다') : (issue?.message ?? '');
  throw invalid(file, lineAt(text, offset), place.join('.'), problem);
}
