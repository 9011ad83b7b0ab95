import { z } from 'zod';
import { settingErrors } from '../errors/settings.ts';
import { trainerEnvironmentErrors } from '../errors/trainer-environment.ts';
import { hasAccount } from '../model/addresses.ts';
import { issueWords } from '../model/issue-words.ts';
import { settingNames, settings } from '../model/settings.ts';
import { proceduresOf } from './common.ts';

const settingName = z.enum(settingNames);

const settingSchema = z.object({
  name: settingName,
  value: z.string().nullable().describe('null: not set; of a secret always'),
  isSet: z.boolean(),
  variable: z.string().nullable().describe('of the engine’s environment, which goes before it; null: none'),
});
export type Setting = z.infer<typeof settingSchema>;

// Lengths are said here: of them a form knows the outer schema’s alone.
const values = {
  program: z.string(),
  folder: z.string(),
  address: z
    .string()
    .refine((text) => text.length <= 2000, {
      error: 'an address has at most 2000 characters',
      params: { ko: '주소는 2000자 이하여야 합니다' },
    })
    // Before it is read as an address, which passes over line breaks.
    .refine((text) => !/[\s\p{Cc}?#]/u.test(text), {
      error: 'the address has no blanks, line breaks, "?" or "#" in it',
      params: { ko: '주소에는 공백, 줄바꿈, "?", "#"을 쓸 수 없습니다' },
    })
    .refine((text) => !hasAccount(text), {
      error: 'the address has no account in it: it would be kept and shown',
      params: { ko: '주소에는 계정을 넣을 수 없습니다. 주소는 저장되고 화면에 보입니다' },
    })
    .pipe(z.url({ protocol: /^https?$/ })),
  secret: z
    .string()
    .refine((text) => text.length <= 1000, {
      error: 'a token has at most 1000 characters',
      params: { ko: '토큰은 1000자 이하여야 합니다' },
    })
    .refine((text) => /^[\x21-\x7e]+$/.test(text), {
      error: 'a token has no spaces, line breaks or letters beyond ASCII',
      params: { ko: '토큰에는 공백, 줄바꿈, 한글 등을 쓸 수 없습니다' },
    }),
};

/** What is sent to change a setting. */
export const setSettingInput = z
  .object({ name: settingName, value: z.string().trim().min(1).max(4096) })
  .superRefine(({ name, value }, context) => {
    // That there is no value is said once, by the rule above.
    if (value === '') return;
    const issues = values[settings[name].kind].safeParse(value).error?.issues ?? [];
    for (const issue of issues) {
      const words = issueWords(issue) ?? { en: issue.message, ko: issue.message };
      context.addIssue({ code: 'custom', message: words.en, params: { ko: words.ko }, path: ['value'] });
    }
  });

const { get, post, remove } = proceduresOf('settings', {
  ...settingErrors,
  ...trainerEnvironmentErrors,
});

export const settingsContract = {
  list: get('/settings', 'What can be set for the engine, and what is; secrets are not shown').output(
    z.object({ settings: z.array(settingSchema) }),
  ),
  set: post('/settings/{name}', 'Change a setting, once it was seen to be usable')
    .input(setSettingInput)
    .output(settingSchema),
  unset: remove('/settings/{name}', 'Take a setting back')
    .meta({ effect: 'needsNoRoom' })
    .input(z.object({ name: settingName }))
    .output(settingSchema),
};
