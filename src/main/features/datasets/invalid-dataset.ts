import type { Validation } from '../../../shared/contract/datasets.ts';
import { fault, inLanguage } from '../../../shared/errors/catalogue.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';

/** The dataset has faults that forbid its import; `validation` has everything that was found. */
export class InvalidDataset extends TrainyardError {
  readonly validation: Validation;

  constructor(validation: Validation) {
    const { code, message, hint, parameters } = fault('DATASET_INVALID', invalid(validation));
    super(code, message, hint, { parameters });
    this.validation = validation;
  }
}

function invalid({ errors: [first], errors, moreErrors }: Validation) {
  if (!first)
    return {
      errors: { en: 'nothing that can be used', ko: '쓸 수 있는 것이 없습니다' },
      hint: { en: 'Validate it to see what is in it.', ko: '검사하여 무엇이 들어 있는지 확인하세요.' },
    };
  const korean = inLanguage(first, 'ko');
  const line = first.line === undefined ? '' : `:${first.line}`;
  const where = first.path ? `${first.path}${line}: ` : '';
  return {
    errors: phrase(
      '{count} {count|error|errors}; the first: {where}{message}',
      '오류가 {count}개 있습니다. 첫 번째: {where}{message}',
      { count: errors.length + moreErrors, where, message: { en: first.message, ko: korean.message } },
    ),
    hint: phrase(
      '{hint} Or import again without the files and labels that have errors ("Leave out what is invalid" in the import form, or "--skip-invalid").',
      '{hint} 오류가 있는 것을 빼고 다시 가져올 수도 있습니다(가져오기 화면의 “잘못된 것은 빼고 가져오기”, 또는 "--skip-invalid").',
      { hint: { en: first.hint.replace(/\.?$/, '.'), ko: korean.hint.replace(/\.?$/, '.') } },
    ),
  };
}
