import { translate } from '../lib/language.ts';

/** What verbs print with `--json`. */
export const stateShape =
  '{"status", "profile", "name", "services": [{"name", "status", "endpoint", "image", …}]}';
export const progressShape = (last: string) =>
  `${translate('lines of progress, the last line:', '진행 상황 여러 줄, 마지막 줄:')} ${last}`;
