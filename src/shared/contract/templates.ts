import { z } from 'zod';
import { templateErrors } from '../errors/templates.ts';
import { trainingOverridesSchema } from '../model/training-config.ts';
import { nameOf, pageInput, pageOutput, proceduresOf, reference, time } from './common.ts';

const templateSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  config: trainingOverridesSchema.describe('what to train and how, without the data'),
  leftOut: z
    .array(z.string())
    .describe('fields of its config that another release kept and this one does not take'),
  createdAt: time,
  updatedAt: time,
});
export type Template = z.infer<typeof templateSchema>;

const { get, post, remove } = proceduresOf('templates', templateErrors);

/** What a person says of a template. */
export const templateFields = z.object({ name: nameOf(255), replace: z.boolean().default(false) });

export const templatesContract = {
  list: get('/templates', 'A page of the templates, newest first')
    .input(z.strictObject(pageInput))
    .output(z.object({ templates: z.array(templateSchema), ...pageOutput })),
  show: get('/templates/{template}', 'One template, by id or name')
    .input(z.object({ template: reference }))
    .output(templateSchema),
  save: post('/templates', 'Keep settings under a name; what they say of the data itself is left out')
    .input(templateFields.extend({ config: trainingOverridesSchema }))
    .output(templateSchema),
  remove: remove('/templates/{template}', 'Remove a template; runs that began with it stay as they are')
    .input(z.object({ template: reference }))
    .output(z.object({ id: z.uuid() })),
};
