import { z } from 'zod';
import { projectErrors } from '../errors/projects.ts';
import { nameOf, pageInput, pageOutput, proceduresOf, reference, time } from './common.ts';

const projectSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  isPublic: z.boolean(),
  runCount: z.int(),
  datasetCount: z.int(),
  createdAt: time,
  updatedAt: time,
});
export type Project = z.infer<typeof projectSchema>;

const { get, patch, post, remove } = proceduresOf('projects', projectErrors);

const name = nameOf(255);
const description = z.string().max(10_000);
const tags = z.array(nameOf(50)).max(50);
/** What a person says of a project. */
export const projectFields = z.object({ name, description, tags });

export const projectsContract = {
  list: get('/projects', 'A page of the projects, newest first')
    .input(z.strictObject({ search: z.string().max(255).optional(), ...pageInput }))
    .output(z.object({ projects: z.array(projectSchema), ...pageOutput })),
  create: post('/projects', 'Create a project', { successStatus: 201 })
    .input(z.object({ name, description: description.optional(), tags: tags.optional() }))
    .output(projectSchema),
  show: get('/projects/{project}', 'One project, by id or name')
    .input(z.object({ project: reference }))
    .output(projectSchema),
  update: patch('/projects/{project}', 'Rename, describe or tag')
    .input(
      z.object({
        project: reference,
        name: name.optional(),
        description: description.nullable().optional(),
        tags: tags.optional(),
      }),
    )
    .output(projectSchema),
  remove: remove('/projects/{project}', 'Move to the bin (soft delete); refused while a run is under way')
    .input(z.object({ project: reference }))
    .output(z.object({ id: z.uuid() })),
};
