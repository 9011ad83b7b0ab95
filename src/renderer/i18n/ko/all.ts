import type { Messages } from '../messages.ts';
import { codes } from './codes.ts';
import { data } from './data.ts';
import { form } from './form.ts';
import { runs } from './runs.ts';
import { shell } from './shell.ts';

export const ko: Messages = { ...shell, ...data, ...runs, ...form, codes };
