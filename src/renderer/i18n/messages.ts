import { data } from './en/data.ts';
import { form } from './en/form.ts';
import { runs } from './en/runs.ts';
import { shell } from './en/shell.ts';
import { stack } from './en/stack.ts';
import { data as koData } from './ko/data.ts';
import { form as koForm } from './ko/form.ts';
import { runs as koRuns } from './ko/runs.ts';
import { shell as koShell } from './ko/shell.ts';
import { stack as koStack } from './ko/stack.ts';

export const en = { ...shell, ...data, ...runs, ...form, ...stack };
export const ko = { ...koShell, ...koData, ...koRuns, ...koForm, ...koStack };

/** Every text by key. */
export type Messages = typeof en;
