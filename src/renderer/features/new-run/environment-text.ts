import { z } from 'zod';
import { environmentName, scriptSchema } from '../../../shared/model/script-schema.ts';

/** A value in quotes may hold what a line cannot: it is written and read as a text of JSON. */
function valueIn(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/** Environment variables as they are written in a field: `NAME=value` in each line. */
const environmentText = z
  .string()
  .transform((text, context) => {
    const lines = text.split('\n').map((line) => line.trim());
    const variables = new Map<string, string>();
    for (const [at, line] of lines.entries()) {
      if (line === '') continue;
      const [name = '', ...rest] = line.split('=');
      if (rest.length === 0 || !environmentName.test(name)) {
        context.addIssue({
          code: 'custom',
          message: `line ${at + 1} is not NAME=value`,
          params: { ko: `${at + 1}번째 줄이 이름=값 형식이 아닙니다` },
        });
        return z.NEVER;
      }
      variables.set(name, valueIn(rest.join('=')));
    }
    return Object.fromEntries(variables);
  })
  .pipe(scriptSchema.shape.environment.unwrap());

/** A script as it is entered. */
export const enteredScript = scriptSchema.extend({ environment: environmentText });

/** Variables as they are entered. */
export function textOfEnvironment(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${/^["\s]|[\n\r]|\s$/.test(value) ? JSON.stringify(value) : value}`)
    .join('\n');
}
