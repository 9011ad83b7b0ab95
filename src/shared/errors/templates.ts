import { conflict, notFound } from './entry.ts';

/** Errors of templates. */
export const templateErrors = {
  TEMPLATE_NOT_FOUND: notFound(
    'There is no template "{name}"',
    'Check its name in the list of templates[cli: ("trainyard templates list")].',
    '"{name}" 템플릿을 찾을 수 없습니다',
    '템플릿 목록[cli:("trainyard templates list")]에서 이름을 확인하세요.',
    'template',
  ),
  TEMPLATE_NAME_TAKEN: conflict(
    'There is a template "{name}" already',
    'Choose another name, or replace that template[cli: (--replace)].',
    '"{name}" 템플릿이 이미 있습니다',
    '다른 이름을 쓰거나 그 템플릿을 바꾸세요[cli:(--replace)].',
    'name',
  ),
};
