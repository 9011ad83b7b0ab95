import type { ITheme } from '@xterm/xterm';
import type { StackLogLine } from '../../../../shared/contract/stack.ts';
import { type ServiceName, serviceNames } from '../../../../shared/model/stack.ts';
import { harmless } from '../../../components/terminal/harmless-text.ts';

const dim = '\u001b[2m';
const reset = '\u001b[0m';

/** A colour of the terminal for each service; the chips have the same. */
const colours = {
  postgres: ['\u001b[34m', 'blue'],
  mongo: ['\u001b[32m', 'green'],
  redis: ['\u001b[31m', 'red'],
  s3: ['\u001b[33m', 'yellow'],
  temporal: ['\u001b[35m', 'magenta'],
} as const satisfies Record<ServiceName, readonly [string, keyof ITheme]>;

const nameWidth = Math.max(...serviceNames.map((name) => name.length));
/** Time, service, and the spaces after each. */
const indent = ' '.repeat(8 + 1 + nameWidth + 1);

/** The colour that a service's name has in the terminal. */
export function serviceColour(name: ServiceName, theme: ITheme): string {
  return theme[colours[name][1]] ?? 'currentColor';
}

/** A service's line as the terminal gets it: time, service, text; further rows of the text stand below it. */
export function stackLineText(line: StackLogLine, timeOfDay: (iso: string) => string): string {
  const body = harmless(line.text).replaceAll('\r\n', `\r\n${indent}`);
  const name = `${colours[line.service][0]}${line.service.padEnd(nameWidth)}${reset}`;
  return `${dim}${timeOfDay(line.time)}${reset} ${name} ${body}${reset}\r\n`;
}

/** The same without colours, with the whole time: for a file. */
export function plainLine({ service, time, text }: StackLogLine): string {
  return `${time} ${service.padEnd(nameWidth)} ${text.replace(/\r?\n$/, '')}\n`;
}
