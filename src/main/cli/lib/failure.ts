import { CommanderError } from 'commander';
import { fault, inLanguage } from '../../../shared/errors/catalogue.ts';
import { type Bilingual, type Parameter, phrase } from '../../../shared/errors/entry.ts';
import { errorMessage, type KeptError, TrainyardError } from '../../../shared/errors/error.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import { language, translate } from './language.ts';
import { remark } from './output.ts';

/** The command line itself is wrong: ends with exit code 2. Each in both languages, or in that of the process. */
export function usageError(message: Parameter, remedy: Parameter): TrainyardError {
  return fault('USAGE', { fault: message, remedy });
}

/** The one of the known names that was typed. @param what the kind of thing @throws TrainyardError USAGE */
export function readName<Name extends string>(
  known: readonly Name[],
  typed: string | undefined,
  what: Bilingual,
): Name {
  const found = known.find((name) => name === typed);
  if (found) return found;
  throw usageError(
    phrase('There is no {what} "{typed}"', '"{typed}" {what}{what|은|는} 없습니다', {
      what,
      typed: typed ?? '',
    }),
    translate(`It is one of ${known.join(', ')}.`, `${known.join(', ')} 중 하나입니다.`),
  );
}

/** Codes of a command line that is itself wrong. */
const wrongUsage = new Set(['USAGE', 'STACK_IMAGE_INVALID', 'SCRIPT_WITH_MODEL', 'SCRIPT_WITH_EXECUTOR']);

/** By commander's codes, whose messages are English only: from the words that it quotes, and what stands behind the quotes. */
const wordings: Record<string, (first: string, second: string, rest: string) => string> = {
  'commander.unknownOption': (option) =>
    translate(`There is no option ${option}`, `${option} 옵션은 없습니다`),
  'commander.unknownCommand': (name) =>
    translate(`There is no command "${name}"`, `"${name}" 명령은 없습니다`),
  'commander.missingArgument': (name) =>
    translate(`The argument <${name}> is missing`, `<${name}> 인자가 빠졌습니다`),
  'commander.optionMissingArgument': (flags) =>
    translate(`The option ${flags} lacks its value`, `${flags} 옵션에 값이 없습니다`),
  'commander.missingMandatoryOptionValue': (flags) =>
    translate(`The option ${flags} is required`, `${flags} 옵션이 필요합니다`),
  'commander.invalidArgument': (flags, value, rest) => {
    const choices = /Allowed choices are (.*)\./.exec(rest)?.[1];
    const wanted = choices
      ? translate(`it is one of ${choices}`, `다음 중 하나여야 합니다: ${choices}`)
      : rest.replace(/\.$/, '');
    return translate(
      `The option ${flags} can't be "${value}": ${wanted}`,
      `${flags} 옵션에 "${value}" 값을 쓸 수 없습니다: ${wanted}`,
    );
  },
  'commander.conflictingOption': (one, other) =>
    translate(
      `${one} and ${other} can't be used together`,
      `${one} 옵션과 ${other} 옵션은 함께 쓸 수 없습니다`,
    ),
  'commander.excessArguments': () => translate('There are too many arguments', '인자가 너무 많습니다'),
};

function fromCommander({ code, message }: CommanderError, command: string): TrainyardError {
  const [first = '', second = ''] = [...message.matchAll(/'([^']*)'/g)].map(([, quoted]) => quoted ?? '');
  const rest = message.replace(/^.* is invalid[^.]*\. /, '');
  const suggestion = /Did you mean (?:one of )?(.*)\?\)/.exec(message)?.[1];
  const help = translate(`See "${command} --help".`, `"${command} --help"를 보세요.`);
  const meant = suggestion ? translate(`Did you mean ${suggestion}? `, `혹시 ${suggestion} 아닌가요? `) : '';
  return usageError(wordings[code]?.(first, second, rest) ?? message, meant + help);
}

/** An error, a problem or a finding in the language of the process. */
export function inOwnWords<P extends { code: string; message: string; hint: string }>(problem: P): P {
  return { ...problem, ...inLanguage(problem, language) };
}

/** An error as a person reads it, in the language of the process: what is wrong, then the hint. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof TrainyardError)) return errorMessage(error);
  const { message, hint } = inOwnWords(error.record);
  return `${message.replace(/\.?$/, '.')} ${hint}`.replace(/\s*\n\s*/g, ' ');
}

export interface Failure {
  readonly exitCode: number;
  /** What standard error gets, on one line; null if commander has written already (help, version). */
  readonly sentence: string | null;
  /** The same for programs. */
  readonly error: Omit<KeptError, 'parameters'>;
}

/**
 * An error as a person and as a program read it.
 * @param command the command as typed, without its options ("trainyard dataset import")
 */
export function failureOf(caught: unknown, command: string): Failure {
  if (caught instanceof CommanderError && /^commander\.(help|helpDisplayed|version)$/.test(caught.code)) {
    const { exitCode, message } = caught;
    const error = { code: 'USAGE', message, hint: '', place: {} };
    return { exitCode: exitCode === 0 ? 0 : 2, sentence: null, error };
  }
  const met = caught instanceof CommanderError ? fromCommander(caught, command) : toTrainyardError(caught);
  const { code, message, hint, place } = inOwnWords(met.record);
  return {
    exitCode: wrongUsage.has(code) ? 2 : 1,
    sentence: sentenceOf(met),
    error: { code, message, hint, place },
  };
}

function toTrainyardError(caught: unknown): TrainyardError {
  const known = systemFault(caught);
  if (process.env.TRAINYARD_DEBUG && known !== caught)
    remark(caught instanceof Error ? (caught.stack ?? caught.message) : String(caught));
  if (known) return known;
  const parameters = {
    program: { en: 'command', ko: '명령' },
    detail: `: ${errorMessage(caught)}`,
    source: { en: 'TRAINYARD_DEBUG=1 in the environment', ko: 'TRAINYARD_DEBUG=1로 실행한 출력' },
  };
  return fault('INTERNAL', parameters, { cause: caught });
}
