import type { Messages } from '../messages.ts';
import { data } from './data.ts';
import { form } from './form.ts';
import { runs } from './runs.ts';
import { shell } from './shell.ts';
import { stack } from './stack.ts';

export const ko: Messages = { ...shell, ...data, ...runs, ...form, ...stack };
