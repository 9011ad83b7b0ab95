import path from 'node:path';
import { Command as CommanderCommand, Help, InvalidArgumentError, Option } from 'commander';
import stringWidth from 'string-width';
import type { NumberRange } from '../../../shared/model/number-range.ts';
import { readNumber } from '../../../shared/model/number-text.ts';
import { version } from '../../engine/version.ts';
import { language, translate } from './language.ts';

const koreanTitles: Record<string, string> = {
  'Usage:': '사용법:',
  'Arguments:': '인자:',
  'Options:': '옵션:',
  'Commands:': '명령:',
};

/** Commander writes `(default: 10)` and `(choices: "a", "b")` in English; here in the language of the process. */
function describeOption(option: Option): string {
  const notes: string[] = [];
  if (option.argChoices)
    notes.push(`${translate('one of', '다음 중 하나')}: ${option.argChoices.join(', ')}`);
  if ((option.required || option.optional) && option.defaultValue !== undefined)
    notes.push(`${translate('default', '기본값')}: ${option.defaultValue}`);
  if (option.envVar) notes.push(`${translate('environment', '환경 변수')}: ${option.envVar}`);
  return notes.length > 0 ? `${option.description} (${notes.join('; ')})` : option.description;
}

const koreanPlaces = (usage: string) =>
  language === 'ko' ? usage.replaceAll('[options]', '[옵션]').replaceAll('[command]', '[명령]') : usage;
const plain = new Help();

const help: Partial<Help> = {
  displayWidth: stringWidth,
  commandUsage: (command) => koreanPlaces(plain.commandUsage(command)),
  subcommandTerm: (command) => koreanPlaces(plain.subcommandTerm(command)),
  styleTitle: (title) => (language === 'ko' ? (koreanTitles[title] ?? title) : title),
  optionDescription: describeOption,
};

interface Explanation {
  /** Command lines without the program's name. */
  readonly examples: readonly string[];
  /** The shape of what `--json` prints. */
  readonly json: string;
}

/** The options that every command has, beside its own. */
export interface CommonOptions {
  readonly json?: true | undefined;
}

/** A command whose options are described in both languages. */
export class Command extends CommanderCommand {
  override createCommand(name?: string): Command {
    return new Command(name);
  }

  /**
   * Adds an option.
   * @param values what it takes: one of these, or what this makes of the text
   * @param otherwise its value where it is left out
   */
  flag<Value>(
    flags: string,
    english: string,
    korean: string,
    values?: readonly string[] | ((text: string, earlier: Value) => Value),
    otherwise?: unknown,
  ): this {
    const option = new Option(flags, translate(english, korean));
    if (typeof values === 'function') option.argParser(values);
    else if (values) option.choices(values);
    if (otherwise !== undefined) option.default(otherwise);
    return this.addOption(option);
  }

  /** Puts examples, and what `--json` prints, behind the help. */
  explain({ examples, json }: Explanation): this {
    const title = examples.length > 1 ? translate('Examples:', '예:') : translate('Example:', '예:');
    const lines = examples.map((example) => `  trainyard ${example}`).join('\n');
    const shape = `${translate('With --json:', '--json 출력:')} ${json}`;
    return this.addHelpText('after', `\n${title}\n${lines}\n\n${shape}`);
  }

  /**
   * Gives the command its last options (`--json`, `--home`) and what it does.
   * @param run gets the options and the arguments; answers the exit code, 0 if it answers nothing
   */
  perform<Options extends object>(
    run: (options: Options & CommonOptions, ...args: string[]) => Promise<number | undefined>,
  ): void {
    this.flag('--json', 'print JSON for programs', '프로그램용 JSON을 출력합니다')
      .addOption(
        new Option('--home <folder>', translate('the state folder', '상태 폴더'))
          .env('TRAINYARD_HOME')
          // Set to nothing, the variable says nothing: it does not mean this folder.
          .argParser((folder: string) => folder && path.resolve(folder)),
      )
      .action(async () => {
        const options = this.opts<Options & CommonOptions & { home?: string }>();
        // Engines that this command starts, and everything below, read it from here.
        if (options.home) process.env.TRAINYARD_HOME = options.home;
        process.exitCode = (await run(options, ...this.args)) ?? 0;
      });
  }
}

/** The root: settings that every command below inherits. */
export function defineProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .configureHelp(help)
    .configureOutput({ outputError: () => {} })
    .version(version, '-V, --version', translate('show the version', '버전을 보여 줍니다'))
    .helpOption('-h, --help', translate('show this help', '이 도움말을 보여 줍니다'))
    .helpCommand('help [command]', translate('show the help of a command', '명령의 도움말을 보여 줍니다'))
    .exitOverride();
}

export interface CommandTexts extends Explanation {
  /** Name and arguments, as `show <run>`. */
  readonly usage: string;
  /** What it does. */
  readonly english: string;
  readonly korean: string;
}

/** A command of a group. */
export function defineCommand(group: Command, { usage, english, korean, ...rest }: CommandTexts): Command {
  return group.command(usage).description(translate(english, korean)).explain(rest);
}

/** What a number may be, in words. */
export function rangeWords({ whole, min, aboveMin, max, belowMax }: NumberRange): string {
  const kind = whole ? translate('a whole number', '정수') : translate('a number', '숫자');
  const least = aboveMin ? translate(`above ${min}`, `${min} 초과`) : translate(`from ${min}`, `${min} 이상`);
  const most = belowMax ? translate(`below ${max}`, `${max} 미만`) : translate(`up to ${max}`, `${max} 이하`);
  const open = aboveMin || max !== null ? least : translate(`of ${min} or more`, least);
  const bounds = [min === null ? '' : open, max === null ? '' : most].filter((one) => one !== '');
  return translate(
    `${[kind, ...bounds].join(' ')} is wanted`,
    `${bounds.join(' ')}${bounds.length === 0 ? '' : '의 '}${kind}가 필요합니다`,
  );
}

export function integer(least = 0, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = readNumber(text);
    if (value !== null && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const max = most === Number.MAX_SAFE_INTEGER ? null : most;
    const range = { whole: true, min: least, aboveMin: false, max, belowMax: false };
    throw new InvalidArgumentError(`${rangeWords(range)}.`);
  };
}

/** Any number as an option's value; its range is the config schema's to check. */
export function decimal(text: string): number {
  const value = readNumber(text);
  if (value !== null) return value;
  throw new InvalidArgumentError(
    translate('a number is wanted, such as 0.001 or 1e-3.', '숫자가 필요합니다. 예: 0.001, 1e-3'),
  );
}

/** Collects an option that may be given several times. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** What was given, to be spread into a request: without what was left out. */
export function given<T extends object>(values: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
