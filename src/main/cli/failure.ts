import { CommanderError } from 'commander';
import { catalogue, inLanguage } from '../../shared/errors/catalogue.ts';
import { type ErrorPlace, errorMessage, errorSentence, TrainyardError } from '../../shared/errors/error.ts';
import { koreanCodes } from '../../shared/i18n/ko/codes.ts';
import { systemFault } from '../platform/faults/system-fault.ts';
import { language, translate } from './language.ts';
import { remark } from './output.ts';
import { isUsageError, usageError } from './usage-error.ts';

/** The quoted words in one of commander's messages, which are English only. */
function quoted(message: string): string[] {
  return [...message.matchAll(/'([^']*)'/g)].map((found) => found[1] ?? '');
}

/** By commander's codes: from the words that it quotes, and what stands behind the quotes. */
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
      `${flags} 옵션의 값 "${value}"이(가) 맞지 않습니다: ${wanted}`,
    );
  },
  'commander.conflictingOption': (one, other) =>
    translate(
      `${one} and ${other} can't be used together`,
      `${one}와(과) ${other}은(는) 함께 쓸 수 없습니다`,
    ),
  'commander.excessArguments': () => translate('There are too many arguments', '인자가 너무 많습니다'),
};

function fromCommander(error: CommanderError, command: string): TrainyardError {
  const [first = '', second = ''] = quoted(error.message);
  const rest = error.message.replace(/^.* is invalid[^.]*\. /, '');
  const message = wordings[error.code]?.(first, second, rest) ?? error.message;
  const suggestion = /Did you mean (?:one of )?(.*)\?\)/.exec(error.message)?.[1];
  const help = translate(`See "${command} --help".`, `"${command} --help"를 보세요.`);
  const meant = suggestion ? translate(`Did you mean ${suggestion}? `, `혹시 ${suggestion} 아닌가요? `) : '';
  return usageError(message, meant + help);
}

export interface Failure {
  readonly exitCode: number;
  /** What standard error gets, on one line; null where commander has written already (help, version). */
  readonly sentence: string | null;
  /** The same for programs. */
  readonly error: { code: string; message: string; hint: string; place: ErrorPlace };
}

/**
 * What a person and a program are told of an error.
 * @param command the command as typed, without its options ("trainyard dataset import")
 */
export function failureOf(caught: unknown, command: string): Failure {
  if (caught instanceof CommanderError && /^commander\.(help|helpDisplayed|version)$/.test(caught.code)) {
    const exitCode = caught.exitCode === 0 ? 0 : 2;
    return {
      exitCode,
      sentence: null,
      error: { code: 'USAGE', message: caught.message, hint: '', place: {} },
    };
  }
  const error = toTrainyardError(caught, command);
  return {
    exitCode: isUsageError(error) ? 2 : 1,
    sentence: errorSentence(error).replace(/\s*\n\s*/g, ' '),
    error: { code: error.code, message: error.message, hint: error.hint, place: error.place },
  };
}

/** An error or a finding in the language of the process. */
export function inOwnWords<P extends { code: string; message: string; hint: string }>(problem: P): P {
  if (Object.hasOwn(catalogue, problem.code)) return { ...problem, ...inLanguage(problem, language) };
  const known = language === 'ko' ? koreanCodes[problem.code] : undefined;
  return known ? { ...problem, message: `${known.message} (${problem.message})`, hint: known.hint } : problem;
}

/** The engine and what lies below it speak English; what this command line says itself is Korean already. */
function translated(error: TrainyardError): TrainyardError {
  if (language !== 'ko' || /[가-힣]/.test(error.message)) return error;
  return TrainyardError.from(inOwnWords(error.record), { status: error.status, cause: error });
}

function toTrainyardError(caught: unknown, command: string): TrainyardError {
  if (caught instanceof CommanderError) return fromCommander(caught, command);
  const known = systemFault(caught);
  if (process.env.TRAINYARD_DEBUG && known !== caught)
    remark(caught instanceof Error ? (caught.stack ?? caught.message) : String(caught));
  if (known) return translated(known);
  const message = errorMessage(caught);
  return new TrainyardError(
    'INTERNAL',
    translate(
      `The command met an error that it did not expect: ${message}`,
      `예상하지 못한 오류가 났습니다: ${message}`,
    ),
    translate(
      'Run it again with TRAINYARD_DEBUG=1 to see where.',
      'TRAINYARD_DEBUG=1을 붙여 다시 실행하면 위치가 나옵니다.',
    ),
    { cause: caught },
  );
}
